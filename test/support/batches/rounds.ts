import { sql } from 'drizzle-orm';
import { endBatch } from '../../../src/batches/ends.ts';
import { beginRounds } from '../../../src/batches/rounds/begin-rounds.ts';
import type { RequeryDeps } from '../../../src/batches/rounds/begin-rounds.ts';
import { batchFigures } from '../../../src/db/batch-figures.ts';
import { changeBatch, setBatchState } from '../../../src/db/batches.ts';
import { batchOf } from '../activities/batch.ts';
import { processAll, publishAll } from '../activities/rounds.ts';
import type { Stage } from '../activities/stage.ts';
import { ask, TASK } from '../activities/yamato.ts';

/** The next rounds, as the schedule's run chooses them. */
export const begin = (stage: Stage, more: Partial<RequeryDeps> = {}) =>
  beginRounds({
    database: stage.database,
    planOf: stage.planOf,
    requery: 'free',
    requeryCreditsPerDay: 500,
    ...more,
  });

/** Hours go by: all that is on record of parcels, and of what was asked, is so much older. */
export async function pass(stage: Stage, hours: number): Promise<void> {
  const by = sql`make_interval(secs => ${hours * 3_600})`;
  await stage.db.execute(sql`update parcels set seen_at = seen_at - ${by}, asked_at = asked_at - ${by},
    event_at = event_at - ${by}, first_seen_at = first_seen_at - ${by}`);
  await stage.db.execute(sql`update jobs set intent_at = intent_at - ${by}`);
}

/** Asks all that a batch or a round has left to ask; then its results are given back, and it ends. */
export async function finish(stage: Stage, batchId: string): Promise<void> {
  for (;;) {
    const { next, cancelled } = await batchFigures(stage.db, batchId);
    if (next === null || cancelled !== null) break;
    await ask(stage, batchId);
  }
  await end(stage, batchId);
}

/** The same of what Web Scraper is asked for. */
export async function finishScraping(stage: Stage, batchId: string): Promise<void> {
  const before = stage.sandbox.notifications().length;
  const outcomes = await publishAll(stage, batchId);
  await stage.notified(before + outcomes.filter(({ outcome }) => outcome === 'published').length);
  await processAll(stage, batchId);
  // The account's clock is the stage's own.
  await stage.database.sql`update jobs set intent_at = published_at where batch_id = ${batchId}`;
  await end(stage, batchId);
}

async function end(stage: Stage, batchId: string): Promise<void> {
  const { isRound } = (await stage.db.query.batches.findFirst({ where: sql`id = ${batchId}` })) ?? {};
  if (isRound === true) await stage.run(stage.activities.writeBack, { batchId, isLast: true });
  await changeBatch(stage.db, batchId, (tx) => endBatch(tx, { batchId, state: 'completed', reason: null }));
  await setBatchState(stage.db, batchId, 'completed', null);
}

/** A batch of Yamato numbers that has ended, each parcel on its way, and its results written. */
export async function endedBatch(
  stage: Stage,
  numbers: readonly string[],
  workbook?: string,
): Promise<string> {
  stage.sandbox.addFault({ kind: 'state-moving' });
  const batchId = await batchOf(stage, TASK, numbers, workbook === undefined ? {} : { workbook });
  await finish(stage, batchId);
  await stage.database.sql`update rows set written = result, written_at = now() where batch_id = ${batchId}`;
  stage.sandbox.clearFaults();
  return batchId;
}
