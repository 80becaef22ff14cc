import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from './errors.ts';
import { identify, isAlive } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** How a server is asked to end: each signal in turn, with the time it is given. */
export type StopSignals = readonly (readonly [signal: NodeJS.Signals, graceMs: number])[];

/** Written beside a server's data while it runs, so that a crashed owner's server is found again. */
interface ServerRecord {
  readonly server: ProcessIdentity;
  readonly owner: ProcessIdentity;
}

/** How often an ending process that is not our child is looked at. */
const POLL_MS = 25;
/** A process that was just killed is still there while the kernel takes its memory back. */
export const KILLED_GRACE_MS = 2_000;

/** Replaces the record in one step: half of one would tell of nobody. */
export function writeServerRecord(file: string, serverPid: number): void {
  const server = identify(serverPid);
  const owner = identify(process.pid);
  if (server === null || owner === null) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ server, owner } satisfies ServerRecord)}\n`, {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}

export function removeServerRecord(file: string): void {
  rmSync(file, { force: true });
}

function readServerRecord(file: string): ServerRecord | null {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<ServerRecord>;
    if (record.server?.pid === undefined || record.owner?.pid === undefined) return null;
    return { server: record.server, owner: record.owner };
  } catch {
    return null;
  }
}

/** Whether the process has ended within that time. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  while (isAlive(identity)) {
    if (Date.now() >= deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** One that is gone, or another user's, is no error: the next look tells. */
function signalProcess({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // As said.
  }
}

/**
 * Ends the server a crashed process left behind on these data, if there is one. Gives the process id of the last one that
 * did not end in order: nobody runs under it now, though a dead process may not yet have been taken from the system's
 * list, or another may have been given its number.
 *
 * @throws EmbeddedError `IN_USE` when its owner is alive, or it does not end.
 */
export async function endStaleServer(
  file: string,
  name: string,
  signals: StopSignals,
): Promise<number | null> {
  const record = readServerRecord(file);
  if (record === null) return null;
  if (!isAlive(record.server)) return record.server.pid;
  if (!(await waitForEnd(record.owner, KILLED_GRACE_MS))) {
    const text = `${name} already runs on these data: process ${record.server.pid}, started by ${record.owner.pid} (${file})`;
    throw new EmbeddedError('IN_USE', text);
  }
  for (const [signal, graceMs] of signals) {
    signalProcess(record.server, signal);
    if (await waitForEnd(record.server, graceMs)) return record.server.pid;
  }
  throw new EmbeddedError('IN_USE', `${name} of a crashed process does not end: ${record.server.pid}`);
}

/**
 * Waits for the processes that have a record in this folder, and whose owner has died. They notice that by themselves;
 * one that has not ended after `graceMs` is killed.
 */
export async function waitForLeftBehind(folder: string, graceMs: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const records = readdirSync(folder).map((name) => readServerRecord(join(folder, name)));
  await Promise.all(
    records.map(async (record) => {
      if (record === null || (await waitForEnd(record.server, graceMs))) return;
      signalProcess(record.server, 'SIGKILL');
      await waitForEnd(record.server, KILLED_GRACE_MS);
    }),
  );
}
