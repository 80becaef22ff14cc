import { jobsOf } from './batch.ts';
import { publishAll, processAll } from './rounds.ts';
import type { Stage } from './stage.ts';

/** What is known of each task that jobs came back of. */
export const driftOf = (stage: Stage) => stage.db.query.taskDrift.findMany();

/** Publishes until nothing more goes, and reads what comes, job by job: at no moment two are in flight. Gives how many went. */
export async function oneByOne(stage: Stage, batchId: string): Promise<number> {
  let published = 0;
  for (const { id: jobId, state } of await jobsOf(stage, batchId)) {
    if (state !== 'pending') continue;
    const before = stage.sandbox.notifications().length;
    const { outcome } = await stage.run(stage.activities.publishJob, { batchId, jobId });
    if (outcome !== 'published') return published;
    published += 1;
    await stage.notified(before + 1);
    await processAll(stage, batchId);
  }
  return published;
}

/** Publishes all that may go, then has all of it read. Gives how many went. */
export async function allAtOnce(stage: Stage, batchId: string): Promise<number> {
  const before = stage.sandbox.notifications().length;
  const went = (await publishAll(stage, batchId)).filter(({ outcome }) => outcome === 'published').length;
  await stage.notified(before + went);
  await processAll(stage, batchId);
  return went;
}
