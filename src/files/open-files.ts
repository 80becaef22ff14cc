import type { Settings } from '../settings/settings.ts';
import { WebDavFiles } from './webdav/webdav-files.ts';
import { WorkbookFiles } from './workbook-files.ts';

type WebDavSettings = Pick<Settings, 'webdavUrl' | 'webdavUsername' | 'webdavPassword'>;

/** The files on Nextcloud; null where no WebDAV server is configured. */
export function openWebDav(settings: WebDavSettings): WebDavFiles | null {
  const { webdavUrl: url, webdavUsername: username, webdavPassword: password } = settings;
  return url === null || username === null || password === null
    ? null
    : new WebDavFiles({ url, username, password });
}

/** Where workbooks live: this machine's disk, and Nextcloud where it is configured. */
export function openFiles(settings: WebDavSettings): WorkbookFiles {
  return new WorkbookFiles(openWebDav(settings));
}
