import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '../embedded/process-identity.ts';
import type { ProcessIdentity } from '../embedded/process-identity.ts';
import { KILLED_GRACE_MS, waitForEnd } from '../embedded/server-record.ts';
import { TsuisekiError } from '../errors.ts';

export class AlreadyUp extends TsuisekiError<'ALREADY_UP'> {}

function holderOf(path: string): ProcessIdentity | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessIdentity> | null;
    return typeof holder?.pid === 'number' && typeof holder.startId === 'string'
      ? (holder as ProcessIdentity)
      : null;
  } catch {
    return null;
  }
}

/**
 * Takes the data folder for this process; gives what lets it go again. Throws {@link AlreadyUp} while another holds
 * it; one that was killed holds nothing once it has ended, also when its process id was given to somebody else since.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'up.lock');
  const holder = holderOf(path);
  if (holder !== null && !(await waitForEnd(holder, KILLED_GRACE_MS)))
    throw new AlreadyUp(
      'ALREADY_UP',
      `tsuiseki is up already on ${dataDir} (process ${holder.pid}); stop it, or set TSUISEKI_DATA_DIR`,
    );
  rmSync(path, { force: true });
  const own = identify(process.pid) ?? { pid: process.pid, startId: '' };
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new AlreadyUp('ALREADY_UP', `another tsuiseki is starting on ${dataDir} at this moment`, {
      cause: error,
    });
  }
  return () => rmSync(path, { force: true });
}
