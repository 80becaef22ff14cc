import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { findBatch } from '../src/db/batches.ts';
import type { Database } from '../src/db/database.ts';
import { newestWaiting, storeSave, workbooksWaiting } from '../src/db/saves.ts';
import { knownWorkbook } from '../src/db/workbooks.ts';
import type { FileInfo } from '../src/files/types.ts';
import { startWorkflow, type WorkflowDeps } from '../src/temporal/start-batch.ts';
import { wakeSave } from '../src/temporal/save-relay.ts';
import { belongsToTask } from '../src/tasks/registry.ts';
import type { PersonMessage } from '../workflows/messages.ts';
import { withFailures } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';

export type TriggerActivities = ReturnType<typeof createTriggerActivities>;

export interface TriggerDeps {
  database: Database;
  client: Client;
  settings: WorkflowDeps['settings'];
  /** The files on Nextcloud; null where none are configured. */
  webdav: { walk(): AsyncIterable<FileInfo> } | null;
}

/** A workbook that we never saw is a save where it changed so lately; an older one was there before us. */
const NEW_WORKBOOK_MS = 24 * 3_600_000;
/** A save is the HTTP server's to wake for so long, and a debounce's; then the relay wakes it. */
const WAKE_AFTER_MS = 30_000;

/** What saves set in motion, on `acquisition_queue`. */
export function createTriggerActivities({ database, client, settings, webdav }: TriggerDeps) {
  const { db } = database;

  async function isNews({ path, etag, changedAt }: FileInfo): Promise<boolean> {
    const known = await knownWorkbook(db, path);
    if (known?.seenEtag === etag || (await newestWaiting(db, path)) !== null) return false;
    return known !== null || Date.now() - changedAt.getTime() < NEW_WORKBOOK_MS;
  }

  return withFailures({
    /** Starts the workflow of a batch that a save wrote down; one that runs already stays. */
    async startSavedBatch(input: { batchId: string }): Promise<void> {
      const batch = await findBatch(db, input.batchId);
      if (batch === null || batch.runId !== null || batch.finishedAt !== null) return;
      await withHeartbeat(() => startWorkflow({ database, client, settings }, batch, null)).catch(
        (error: unknown) => {
          // The sweep was quicker, or a worker that ended right after it.
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        },
      );
    },

    /** Has a running batch take in what was saved; false when it is ending, and takes nothing more. */
    async tellBatch(input: { batchId: string } & PersonMessage): Promise<boolean> {
      const { batchId, by, why } = input;
      const batch = await findBatch(db, batchId);
      if (batch === null) return false;
      try {
        const handle = client.workflow.getHandle(batch.workflowId);
        await withHeartbeat(() => handle.executeUpdate('workbookChanged', { args: [{ by, why }] }));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError)
          return false;
        throw error;
      }
    },

    /** Wakes saves that were stored and could not be woken. */
    async wakeSaves(): Promise<{ woken: number }> {
      return withHeartbeat(async () => {
        const waiting = await workbooksWaiting(db, WAKE_AFTER_MS);
        for (const workbook of waiting) await wakeSave(client, workbook);
        return { woken: waiting.length };
      });
    },

    /** Finds saves of which no webhook told, or none could be stored. */
    async sweepFolders(): Promise<{ found: number }> {
      return withHeartbeat(async () => {
        let found = 0;
        if (webdav === null) return { found };
        for await (const file of webdav.walk()) {
          if (!belongsToTask(file.path) || !(await isNews(file))) continue;
          await storeSave(db, { workbook: file.path, source: 'sweep', savedBy: null });
          await wakeSave(client, file.path);
          found += 1;
        }
        return { found };
      });
    },
  });
}
