import { cancellationSignal } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Database } from '../src/db/database.ts';
import { newestWaiting, storeSave, workbooksWaiting } from '../src/db/saves.ts';
import { workbooksUnanswered } from '../src/db/sheet-words.ts';
import { knownWorkbook } from '../src/db/workbooks.ts';
import type { FileInfo } from '../src/files/types.ts';
import type { WebDavFiles } from '../src/files/webdav/webdav-files.ts';
import { belongsToTask } from '../src/tasks/registry.ts';
import { wakeSave } from '../src/temporal/save-relay.ts';
import { asActivities, tellWait } from './as-activities.ts';

export type FolderActivities = ReturnType<typeof createFolderActivities>;

export interface FolderDeps {
  database: Database;
  client: Client;
  /** The files on Nextcloud; null where none are configured. */
  webdav: Pick<WebDavFiles, 'walk'> | null;
}

/** A workbook that we never saw is a save where it changed so lately; an older one was there before us. */
const NEW_WORKBOOK_MS = 24 * 3_600_000;
/** A save is the HTTP server's to wake for so long, and a debounce's; then the relay wakes it. */
const WAKE_AFTER_MS = 30_000;

/** Finds and wakes saves that nobody examines, on `acquisition_queue`. */
export function createFolderActivities({ database, client, webdav }: FolderDeps) {
  const { db } = database;

  async function isNews({ path, etag, changedAt }: FileInfo): Promise<boolean> {
    const known = await knownWorkbook(db, path);
    if (known?.seenEtag === etag || (await newestWaiting(db, path)) !== null) return false;
    return known !== null || Date.now() - changedAt.getTime() < NEW_WORKBOOK_MS;
  }

  async function findSaves(options: { trustETags: boolean }): Promise<{ found: number }> {
    let found = 0;
    tellWait('the folders to be looked through');
    if (webdav === null) return { found };
    // Timed out, it would go on beside the try that takes its place.
    for await (const file of webdav.walk({ ...options, signal: cancellationSignal() })) {
      if (!belongsToTask(file.path) || !(await isNews(file))) continue;
      await storeSave(db, { workbook: file.path, source: 'sweep', savedBy: null });
      await wakeSave(client, file.path);
      found += 1;
    }
    return { found };
  }

  return asActivities({
    /** Wakes saves that were stored and could not be woken, and whoever answers words in sheets that wait for it. */
    async wakeSaves(): Promise<{ woken: number }> {
      const saved = await workbooksWaiting(db, WAKE_AFTER_MS);
      const waiting = new Set([...saved, ...(await workbooksUnanswered(db, WAKE_AFTER_MS))]);
      tellWait('Temporal to take the saves');
      for (const workbook of waiting) await wakeSave(client, workbook);
      return { woken: waiting.size };
    },

    /** Finds saves of which no webhook told, or none could be stored. */
    sweepFolders(): Promise<{ found: number }> {
      return findSaves({ trustETags: true });
    },

    /** The same in every folder there is: group folders and external storage pass no change on to the folders above. */
    walkFolders(): Promise<{ found: number }> {
      return findSaves({ trustETags: false });
    },
  });
}
