import type { Database } from '../../db/database.ts';
import { changeBatch, findBatch } from '../../db/batches.ts';
import type { Job } from '../../db/jobs.ts';
import { areBatchesWaiting } from '../../db/rounds.ts';
import { cancelRound } from './begin-rounds.ts';

export const BATCHES_GO_FIRST = 'batches go first';

/** `round`: spare budget alone is its; `gave way`: it is cancelled, and asks no more. */
export type Priority = 'batch' | 'round' | 'gave way';

/** Whether a job that is to be sent is a round's; one comes to its end where a batch has something to ask there. */
export async function priorityOf(db: Database['db'], job: Job): Promise<Priority> {
  const batch = await findBatch(db, job.batchId);
  if (batch?.isRound !== true) return 'batch';
  if (!(await areBatchesWaiting(db, job.carrier === null ? 'webscraper' : 'carrier'))) return 'round';
  await changeBatch(db, batch.id, (tx) => cancelRound(tx, batch.id, BATCHES_GO_FIRST));
  return 'gave way';
}
