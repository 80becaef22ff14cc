import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorMessage } from '../../errors.ts';
import { EmbeddedError } from '../errors.ts';
import { canEnter, postgresUser } from './os-user.ts';
import type { OsUser } from './os-user.ts';
import { sharedFolder } from './shared-folder.ts';

/** Where a cluster lies, and whom its data belong to. */
export interface ClusterFolder {
  /** Ours; holds `data/`, which is the user's, and `password`. */
  readonly path: string;
  /** Null: ourselves. */
  readonly user: OsUser | null;
}

/**
 * `postgres/` below the data folder, made when it is missing. For root the data in it belong to an user that
 * is not, and that must be able to get there: the data folder lets others pass (not read), and when a folder above
 * it does not, as with `/root`, `postgres` becomes a link to a folder below `/var/lib/tsuiseki`.
 *
 * @throws EmbeddedError `NO_WRITABLE_FOLDER`, `START_FAILED`
 */
export async function clusterFolder(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  onProgress?: (line: string) => void,
): Promise<ClusterFolder> {
  const wanted = join(resolve(dataDir), 'postgres');
  try {
    const user = await postgresUser(join(wanted, 'data'), env);
    mkdirSync(dirname(wanted), { recursive: true });
    if (user === null) return { path: makeFolder(wanted, user), user };
    return { path: await folderForUser(wanted, user, onProgress), user };
  } catch (error) {
    if (error instanceof EmbeddedError) throw error;
    const text = `no data folder for PostgreSQL at ${wanted}: ${errorMessage(error)}`;
    throw new EmbeddedError('NO_WRITABLE_FOLDER', text, { cause: error });
  }
}

async function folderForUser(
  wanted: string,
  user: OsUser,
  onProgress?: (line: string) => void,
): Promise<string> {
  if (statSync(wanted, { throwIfNoEntry: false }) !== undefined) {
    const existing = realpathSync(wanted);
    if (await canEnter(user, existing)) return existing;
    throw new EmbeddedError(
      'START_FAILED',
      `user ${user.uid}, whose data they are, cannot enter ${existing}`,
    );
  }
  const dataDir = dirname(wanted);
  letOthersPass(dataDir);
  if (await canEnter(user, dataDir)) return makeFolder(wanted, user);

  // A new one each time: who has removed the data folder expects to begin anew.
  const elsewhere = makeFolder(mkdtempSync(join(sharedFolder(), 'data-')), user);
  rmSync(wanted, { force: true });
  symlinkSync(elsewhere, wanted);
  onProgress?.(`postgres: ${dataDir} can be entered by root only; its data are kept in ${elsewhere}`);
  return elsewhere;
}

function letOthersPass(folder: string): void {
  const stats = statSync(folder);
  if (stats.uid === 0) chmodSync(folder, (stats.mode & 0o777) | 0o011);
}

/**
 * Makes a folder of ours, which `user` can pass through. It does not own it: what root writes there, it must
 * not be able to replace by a link.
 */
export function makeFolder(folder: string, user: OsUser | null): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user !== null) chmodSync(folder, 0o711);
  return folder;
}
