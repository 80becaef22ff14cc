import { sql } from 'drizzle-orm';
import { chooseRows } from '../../batches/choose-rows.ts';
import type { Meant } from '../../batches/choose-rows.ts';
import { inFlight } from '../../batches/in-flight.ts';
import { retryForecast } from '../../batches/retry-forecast.ts';
import { batchFigures } from '../../db/batch-figures.ts';
import type { Batch } from '../../db/batches.ts';
import type { Queries } from '../../db/database.ts';
import { timeLeft } from '../../pacing/account-figures.ts';
import type { Account } from '../../pacing/account-figures.ts';
import { oddHolds } from '../../pacing/odd-holds.ts';
import { taskByName } from '../../tasks/registry.ts';
import type { ApiContext } from './context.ts';
import type { Action, Preview } from './contract.ts';

const NOTHING = { jobs: 0, calls: 0, credits: 0, finishedAt: null };

const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** What an action would touch and cost, nothing being done. */
export async function previewOf(
  { deps, account }: ApiContext,
  batch: Batch,
  action: Action,
  meant: Meant,
): Promise<Preview> {
  const { db } = deps.database;
  const now = await account();
  const { counts, unwritten } = await batchFigures(db, batch.id);
  const about = { leaves: [], unwritten, inFlight: await inFlight(db, batch.id, now.jobMs), opens: null };
  switch (action) {
    case 'pause':
    case 'cancel':
      return { ...about, ...NOTHING, takes: counts.pending };
    case 'write':
      return { ...about, ...NOTHING, takes: unwritten };
    case 'resume': {
      const cost = await costOfPending(db, batch);
      const finishedAt = cost.jobs === 0 ? null : fromNow(timeLeft(now, batch.id));
      return { ...about, ...cost, finishedAt, takes: counts.pending, opens: await opensOf(db, now, batch) };
    }
    case 'give-up': {
      const { takes, leaves } = await chooseRows(db, batch, action, meant);
      return { ...about, ...NOTHING, takes: takes.length, leaves };
    }
    case 'retry': {
      const { takes, leaves } = await chooseRows(db, batch, action, meant);
      const { estimatedSeconds, ...cost } = await retryForecast(db, deps.settings, batch, takes);
      const finishedAt = takes.length === 0 ? null : fromNow(estimatedSeconds * 1_000);
      return { ...about, ...cost, finishedAt, takes: takes.length, leaves };
    }
  }
}

async function opensOf(queries: Queries, now: Account, { id, task }: Batch): Promise<Preview['opens']> {
  const isCarriers = taskByName(task).lookup.by === 'carrier';
  const isHeld = (!isCarriers && now.isHeld) || (await oddHolds(queries)).length > 0;
  const others = [...(isCarriers ? now.asking : now.pending)].filter(([other]) => other !== id);
  return isHeld ? { batches: others.length, jobs: others.reduce((sum, [, jobs]) => sum + jobs, 0) } : null;
}

async function costOfPending(queries: Queries, { id, task }: Batch) {
  const [pending] = await queries.execute<{ jobs: number; subjects: number }>(sql`
    select count(*)::int as jobs, coalesce(sum(cardinality(subjects)), 0)::int as subjects
    from jobs where batch_id = ${id} and state = 'pending'`);
  const { jobs = 0, subjects = 0 } = pending ?? {};
  return taskByName(task).lookup.by === 'carrier'
    ? { jobs, calls: 0, credits: 0 }
    : { jobs, calls: 2 * jobs, credits: subjects };
}
