import type { WorkbookBatch } from '../db/batches.ts';
import { recordAction } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { endSessionsOf } from '../db/editing-sessions.ts';
import type { PersonOrder } from '../db/schema.ts';
import type { FileStore } from '../files/types.ts';
import type { Settings } from '../settings/settings.ts';
import { writeBack } from './write-back.ts';
import type { Written } from './write-back.ts';

/**
 * Writes back now, as a person orders it, although an editing session is said to be open. In this process, which has to
 * reach the workbook as the workers do. Throws what {@link writeBack} does.
 */
export async function writeNow(
  {
    database,
    files,
    settings: { recalculate, signedWorkbooks },
  }: { database: Database; files: FileStore; settings: Settings },
  batch: WorkbookBatch,
  { id: messageId, by, why }: PersonOrder & { id: string },
): Promise<Written> {
  await database.db.transaction(async (tx) => {
    await recordAction(tx, { batchId: batch.id, messageId, action: 'write', by, why, details: null });
    // Those of a dead document server would hold up every writeback that follows.
    await endSessionsOf(tx, batch.workbook);
  });
  const deps = { database, files, recalculate, signedWorkbooks, editors: null };
  return writeBack(deps, batch, new AbortController().signal);
}
