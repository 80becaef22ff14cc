import type { Database } from '../db/database.ts';
import type { Settings } from '../settings/settings.ts';
import { FileServerGate } from './webdav/gate.ts';
import { WebDavFiles } from './webdav/webdav-files.ts';
import { WorkbookFiles } from './workbook-files.ts';

type WebDavSettings = Pick<Settings, 'webdavUrl' | 'webdavUsername' | 'webdavPassword'>;
/** Where it stands whether the file server is to be left alone; null: there is none to ask. */
type Shared = Pick<Database, 'db'> | null;

/** The files on Nextcloud; null where no WebDAV server is configured. */
export function openWebDav(settings: WebDavSettings, database: Shared): WebDavFiles | null {
  const { webdavUrl: url, webdavUsername: username, webdavPassword: password } = settings;
  if (url === null || username === null || password === null) return null;
  const login = { url, username, password };
  return new WebDavFiles({ ...login, gate: database && new FileServerGate(database.db, login) });
}

/** Where workbooks live: this machine's disk, and Nextcloud where it is configured. */
export function openFiles(settings: WebDavSettings, database: Shared): WorkbookFiles {
  return new WorkbookFiles(openWebDav(settings, database));
}
