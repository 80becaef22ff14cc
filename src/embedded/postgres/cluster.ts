import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../../errors.ts';
import { EmbeddedError } from '../errors.ts';
import type { PostgresBinaries } from './binaries.ts';
import { makeFolder } from './folder.ts';
import type { ClusterFolder } from './folder.ts';
import { runCommand } from '../run-command.ts';

/** The superuser, and the database beside `postgres`. */
export const DATABASE_USER = 'tsuiseki';
export const DATABASE_NAME = 'tsuiseki';

/** initdb takes a second or two; a machine may be very busy. */
const INITDB_TIMEOUT_MS = 120_000;

export interface Cluster {
  readonly dataFolder: string;
  readonly password: string;
}

export interface ClusterOptions {
  readonly binaries: PostgresBinaries;
  readonly folder: ClusterFolder;
  readonly env: NodeJS.ProcessEnv;
  /** `false`: faster to make, lost with the machine's power. */
  readonly durable: boolean;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/**
 * The cluster in that folder, made when it is missing: UTF-8, locale C, a random password for its one user.
 *
 * @throws EmbeddedError `START_FAILED`
 */
export async function prepareCluster(options: ClusterOptions): Promise<Cluster> {
  const dataFolder = join(options.folder.path, 'data');
  const passwordFile = join(options.folder.path, 'password');
  if (existsSync(dataFolder)) {
    if (existsSync(passwordFile)) return { dataFolder, password: readFileSync(passwordFile, 'utf8').trim() };
    const text = `${passwordFile} is missing: put it back, or remove ${options.folder.path} to begin anew`;
    throw new EmbeddedError('START_FAILED', text);
  }
  options.onProgress?.(`postgres: making a database in ${options.folder.path}`);
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  await initialise(options, dataFolder, password);
  return { dataFolder, password };
}

/**
 * Removes the lock that a dead server has left. PostgreSQL takes any process of that number for the server: the dead one
 * while it is still in the system's list, or a new one. Whether processes of the old server are left, it tells by their
 * shared memory, and refuses then.
 */
export function removeLockOf({ dataFolder }: Cluster, deadPid: number): void {
  const lock = join(dataFolder, 'postmaster.pid');
  if (existsSync(lock) && readFileSync(lock, 'utf8').split('\n', 1)[0] === String(deadPid)) rmSync(lock);
}

const STAGING = 'making-';

/**
 * Under another name until it is whole: an interrupted one is made again. A name of its own each time: `initdb` goes on
 * for a while in the old one when we are killed.
 */
async function initialise(options: ClusterOptions, dataFolder: string, password: string): Promise<void> {
  const { folder, binaries } = options;
  const others = readdirSync(folder.path).filter((name) => name.startsWith(STAGING));
  for (const name of others) removeIfIdle(join(folder.path, name));
  const stagingFolder = makeFolder(mkdtempSync(join(folder.path, STAGING)), folder.user);
  const staging = join(stagingFolder, 'data');
  const passwordForInitdb = join(stagingFolder, 'password');
  mkdirSync(staging, { mode: 0o700 });
  writeFileSync(passwordForInitdb, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (folder.user !== null) {
    const { uid, gid } = folder.user;
    chownSync(staging, uid, gid);
    chownSync(passwordForInitdb, uid, gid);
  }
  try {
    const args = ['--pgdata', staging, '--username', DATABASE_USER, '--pwfile', passwordForInitdb];
    args.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions');
    if (!options.durable) args.push('--no-sync');
    const result = await runCommand(binaries.initdb, args, {
      ...folder.user,
      env: { ...options.env, LC_ALL: 'C' },
      cwd: folder.path,
      timeoutMs: INITDB_TIMEOUT_MS,
    });
    if (result.exitCode !== 0) {
      throw new EmbeddedError('START_FAILED', `initdb failed: ${errorMessage(result.output.slice(-400))}`);
    }
    renameSync(staging, dataFolder);
  } finally {
    rmSync(stagingFolder, { recursive: true, force: true });
  }
}

/** One in which an `initdb` whose owner was killed still writes is left to the next time. */
function removeIfIdle(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It will have ended by then.
  }
}
