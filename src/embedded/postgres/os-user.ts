import { statSync } from 'node:fs';
import { EmbeddedError } from '../errors.ts';
import { runCommand } from '../run-command.ts';

/** The ids a server runs with. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

const COMMAND_TIMEOUT_MS = 10_000;

/** In this order. None is made: both are part of every system's base, or of its PostgreSQL package. */
const USER_NAMES = ['postgres', 'nobody'];

/**
 * Whom PostgreSQL runs as, which refuses to be root: ourselves (null) when we are not root, the owner of
 * the data when there are some, else the user `postgres`, else `nobody`.
 *
 * @throws EmbeddedError `START_FAILED` when the machine has no such user.
 */
export async function postgresUser(dataFolder: string, env: NodeJS.ProcessEnv): Promise<OsUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of USER_NAMES) {
    const uid = await idOf('-u', name, env);
    const gid = await idOf('-g', name, env);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  throw new EmbeddedError(
    'START_FAILED',
    `PostgreSQL does not run as root, and there is no user named ${USER_NAMES.join(' or ')}: set DATABASE_URL, or run as an ordinary user`,
  );
}

async function idOf(flag: string, name: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  const result = await runCommand('id', [flag, name], { env, timeoutMs: COMMAND_TIMEOUT_MS });
  const id = Number(result.output.trim());
  return result.exitCode === 0 && Number.isInteger(id) && id > 0 ? id : null;
}

/** Whether a user can go into a folder: any folder above it may forbid that, as `/root` does. */
export async function canEnter(user: OsUser, folder: string): Promise<boolean> {
  const options = { ...user, env: { PATH: '/usr/bin:/bin' }, cwd: '/', timeoutMs: COMMAND_TIMEOUT_MS };
  const result = await runCommand('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], options);
  return result.exitCode === 0;
}
