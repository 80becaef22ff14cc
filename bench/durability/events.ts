import type { WorkflowHandle } from '@temporalio/client';
import { startFleet } from '../fleet.ts';
import { BenchError } from '../part.ts';
import type { Figure, Part } from '../part.ts';
import { allEnded } from '../stamps.ts';
import { until } from '../until.ts';

const ROWS = 60;
/** The real pace: what a publish beats while it waits for its turn grows with it. */
const INTERVAL_MS = 6_000;
const MOST_EVENTS = 18;
const MOST_BYTES = 3_500;
const MOST_ACTIONS = 6;

/** Of https://docs.temporal.io/cloud/actions, what a history shows; an activity's further attempts count too. */
const BILLED = {
  'workflow start': 'workflowExecutionStartedEventAttributes',
  activity: 'activityTaskScheduledEventAttributes',
  timer: 'timerStartedEventAttributes',
  signal: 'workflowExecutionSignaledEventAttributes',
  update: 'workflowExecutionUpdateAcceptedEventAttributes',
  'search attributes': 'upsertWorkflowSearchAttributesEventAttributes',
  marker: 'markerRecordedEventAttributes',
} as const;

async function actionsIn(handle: WorkflowHandle): Promise<Record<string, number>> {
  const events = (await handle.fetchHistory()).events ?? [];
  const counted = Object.entries(BILLED).map(([what, attributes]) => [
    what,
    events.filter((event) => event[attributes] != null).length,
  ]);
  const retries = events.reduce(
    (sum, { activityTaskStartedEventAttributes: started }) => sum + Math.max(0, (started?.attempt ?? 1) - 1),
    0,
  );
  return { ...Object.fromEntries(counted), 'further attempt': retries };
}

/** Heartbeats that reached the server, which no history shows, of all workflows: those of schedules have none. */
async function heartbeats(metricsUrl: string | null): Promise<number> {
  if (metricsUrl === null) throw new BenchError('BENCH_ANSWER', 'the server has no metrics');
  const text = await (await fetch(metricsUrl)).text();
  const [, counted] = /^action\{[^}]*grpc_RecordActivityTaskHeartbeat[^}]*\} (\S+)$/m.exec(text) ?? [];
  return Number(counted ?? 0);
}

/** What a URL leaves in its batch's history, and what it would cost on Temporal Cloud. */
export const events: Part = {
  name: 'events',
  async run(context) {
    const { figure, note, progress } = context;
    const rows = context.rows ?? ROWS;
    const fleet = await startFleet(context, {
      publishIntervalMs: INTERVAL_MS,
      callLimit: 100_000,
      callWindowMs: 60_000,
      jobDurationMs: 1_000,
      publishWorkers: 1,
      temporal: 'memory',
    });
    const [started] = await fleet.startBatches([rows]);
    progress(`${rows} rows, one each ${INTERVAL_MS / 1_000} s`);
    await until('the end of the batch', rows * INTERVAL_MS * 1.5 + 60_000, () => allEnded(fleet.database));
    const handle = fleet.temporal.workflow.getHandle(started?.workflowId ?? '');
    await handle.result();
    const { historyLength, historySize } = await handle.describe();
    const actions = {
      ...(await actionsIn(handle)),
      heartbeat: await heartbeats(fleet.metricsUrl),
    };
    const all = Object.values(actions).reduce((sum, count) => sum + count, 0);
    const aUrl = (what: string, unit: string, most: number, total: number | undefined): Figure => {
      const measured = (total ?? NaN) / rows;
      return {
        figure: `${what} a URL, ${rows} rows at ${INTERVAL_MS / 1_000} s`,
        mustReach: `≤ ${most} ${unit}`.trim(),
        measured,
        unit,
        ok: measured <= most,
      };
    };
    figure(aUrl('events', '', MOST_EVENTS, historyLength));
    figure(aUrl('history', 'bytes', MOST_BYTES, historySize));
    figure(aUrl('billable actions', '', MOST_ACTIONS, all));
    const told = Object.entries(actions).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
    note(`actions of the whole batch: ${told.join(', ')}`);
  },
};
