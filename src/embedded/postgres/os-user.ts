import { statSync } from 'node:fs';
import { EmbeddedError } from '../errors.ts';
import { runCommand } from '../run-command.ts';

/** The ids a server runs with. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

const commandTimeoutMs = 10_000;

/** In this order. None is made: both are part of every system's base, or of its PostgreSQL package. */
const accountNames = ['postgres', 'nobody'];

/**
 * Whom PostgreSQL runs as, which refuses to be root: ourselves (`undefined`) when we are not root, the owner of
 * the data when there are some, else the account `postgres`, else `nobody`.
 *
 * @throws EmbeddedError `START_FAILED` when the machine has no such account.
 */
export async function postgresAccount(
  dataFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of accountNames) {
    const uid = await accountId('-u', name, env);
    const gid = await accountId('-g', name, env);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new EmbeddedError(
    'START_FAILED',
    `PostgreSQL does not run as root, and there is no account named ${accountNames.join(' or ')}: set DATABASE_URL, or run as an ordinary user`,
  );
}

async function accountId(flag: string, name: string, env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const result = await runCommand('id', [flag, name], { env, timeoutMs: commandTimeoutMs });
  const id = Number(result.output.trim());
  return result.exitCode === 0 && Number.isInteger(id) && id > 0 ? id : undefined;
}

/** Whether an account can go into a folder: any folder above it may forbid that, as `/root` does. */
export async function canEnter(account: ServerAccount, folder: string): Promise<boolean> {
  const options = { ...account, env: { PATH: '/usr/bin:/bin' }, cwd: '/', timeoutMs: commandTimeoutMs };
  const result = await runCommand('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], options);
  return result.exitCode === 0;
}
