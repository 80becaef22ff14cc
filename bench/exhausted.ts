import { accountFigures, latencyFigure } from './account-calls.ts';
import { startFleet } from './fleet.ts';
import type { Part } from './part.ts';
import { allEnded, rowStates } from './stamps.ts';
import { until } from './until.ts';

/**
 * The vendor's limit in under a thirtieth of its window: a batch of twice the budget needs four windows (two calls a row),
 * so a minute and a half. No pace, so that the budget alone holds the batch back.
 */
const LIMIT = { callLimit: 200, callWindowMs: 24_000 };
const ROWS = 2 * LIMIT.callLimit;

/** One batch of twice the budget, which publishes whenever it may: the budget is used up from the fifth second on. */
export const exhausted: Part = {
  name: 'exhausted',
  async run(context) {
    const fleet = await startFleet(context, {
      ...LIMIT,
      publishIntervalMs: 0,
      jobDurationMs: 1_000,
      publishWorkers: 1,
    });
    await fleet.startBatches([ROWS]);
    context.progress(`${ROWS} rows, ${LIMIT.callLimit} calls in ${LIMIT.callWindowMs / 1_000} s`);
    // 429s and long waits may stretch it: the figures must still come to be seen.
    await until('the end of the batch', 8 * LIMIT.callWindowMs, () => allEnded(fleet.database)).catch(
      (error: Error) => context.note(error.message),
    );
    const states = await rowStates(fleet.database);
    context.note(`rows at the end: ${JSON.stringify(states)}`);
    context.figure({
      figure: `exhausted: rows completed of ${ROWS}`,
      mustReach: `${ROWS}`,
      measured: states['completed'] ?? 0,
      unit: '',
      ok: states['completed'] === ROWS,
    });
    await accountFigures(context, fleet, 'exhausted', LIMIT);
    await latencyFigure(context, fleet, 'exhausted', Date.now());
  },
};
