import { AdoptError, refusedLine } from '../batches/adopt/adopt-error.ts';
import type { AdoptLine } from '../batches/adopt/adopt-file.ts';
import { adoptGroups, runningText } from '../batches/adopt/adopt-groups.ts';
import type { AdoptGroup } from '../batches/adopt/adopt-groups.ts';
import { adoptedBefore } from '../batches/adopt/known-jobs.ts';
import { writeAdopted } from '../batches/adopt/write-adopted.ts';
import { findBatch, insertBatch, runningBatch } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { adoptNotifications } from '../db/inbox.ts';
import { newestWaiting } from '../db/saves.ts';
import { isPlaceTaken, markSeen } from '../db/workbooks.ts';
import { errorMessage } from '../errors.ts';
import { readAccount } from '../pacing/account-figures.ts';
import type { Settings } from '../settings/settings.ts';
import { startWorkflow, toldOf } from './start-batch.ts';
import type { StartDeps, StartedBatch } from './start-batch.ts';

/** What `tsuiseki adopt` prints: as `start` does, with the file's rows and jobs that are the batch's. */
export interface AdoptedBatch extends StartedBatch {
  rows: number;
  jobs: number;
  /** By an earlier file. */
  alreadyAdopted?: true;
}

/** A batch that is written down, and whose workflow the sweep will start. */
export interface NotStarted {
  batchId: string;
  why: string;
}

const QUICKER =
  'some of these jobs were adopted by somebody else this moment; nothing was adopted, run it again';

interface Written {
  batch: Batch;
  rows: number;
  jobIds: number[];
}

/**
 * Makes batches of jobs that another system has published, one a task and workbook: all of the file, or nothing. What was
 * told of the jobs until now is read; those adopted before stay as they are. `from`: the file's name, for people.
 *
 * @throws {AdoptError} a line that cannot be taken
 */
export async function adoptJobs(
  deps: StartDeps,
  lines: readonly AdoptLine[],
  from: string,
): Promise<{ adopted: AdoptedBatch[]; notStarted: NotStarted[] }> {
  const { db } = deps.database;
  const before = await adoptedBefore(db, lines);
  const fresh = lines.filter(({ scrapingJobId }) => !before.has(scrapingJobId));
  const groups = await adoptGroups(deps, fresh, from);
  const written = await db
    .transaction((tx) => writeGroups(tx, groups, deps.settings))
    .catch((cause: unknown) => {
      if (!isPlaceTaken(cause)) throw cause;
      throw new AdoptError('ADOPT_REFUSED', QUICKER, { cause });
    });
  await adoptNotifications(
    db,
    written.flatMap(({ jobIds }) => jobIds),
  );
  const known = lines.filter(({ scrapingJobId }) => before.has(scrapingJobId));
  const adopted = await adoptedAlready(db, known, before);
  const notStarted: NotStarted[] = [];
  for (const { batch, rows, jobIds } of written) {
    const runId = await startWorkflow(deps, batch, null).catch((error: unknown) => {
      notStarted.push({ batchId: batch.id, why: errorMessage(error, 200) });
      return null;
    });
    adopted.push({ ...toldOf({ ...batch, runId }), rows, jobs: jobIds.length });
  }
  return { adopted, notStarted };
}

async function writeGroups(
  tx: Queries,
  groups: readonly AdoptGroup[],
  settings: Settings,
): Promise<Written[]> {
  const { expiriesMs, owed } = await readAccount(tx, settings);
  // The other half is for asking: of jobs whose webhooks are lost no download frees its call before.
  let freeCalls = Math.floor((settings.callLimit - expiriesMs.length - owed) / 2);
  const written: Written[] = [];
  for (const { batch: newBatch, adopted, line, version } of groups) {
    const { workbook, task } = newBatch;
    const batch = await insertBatch(tx, newBatch);
    if (batch === null) {
      const running = workbook === null ? null : await runningBatch(tx, workbook, task);
      throw refusedLine(line, runningText(running?.id ?? 'another', workbook ?? 'these rows'));
    }
    const jobIds = await writeAdopted(tx, batch.id, adopted, settings, freeCalls);
    freeCalls -= jobIds.length;
    // The other rows are nobody's until somebody saves; a save that waits is still to be examined.
    if (workbook !== null && version !== null && (await newestWaiting(tx, workbook)) === null)
      await markSeen(tx, workbook, version);
    written.push({ batch, rows: adopted.rows.length, jobIds });
  }
  return written;
}

/** The batches of lines that were adopted before. */
async function adoptedAlready(
  queries: Queries,
  lines: readonly AdoptLine[],
  batchOf: ReadonlyMap<number, string>,
): Promise<AdoptedBatch[]> {
  const told: AdoptedBatch[] = [];
  for (const batchId of new Set(batchOf.values())) {
    const batch = await findBatch(queries, batchId);
    if (batch === null) throw new AdoptError('ADOPT_REFUSED', `batch ${batchId} has just gone; adopt again`);
    const own = lines.filter(({ scrapingJobId }) => batchOf.get(scrapingJobId) === batchId);
    const jobs = new Set(own.map(({ scrapingJobId }) => scrapingJobId)).size;
    told.push({ ...toldOf(batch), rows: own.length, jobs, alreadyAdopted: true });
  }
  return told;
}
