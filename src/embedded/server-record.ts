import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const OWNER_GRACE_MS = 1_000;

export function writeServerRecord(file: string, serverPid: number): void {
  const server = identify(serverPid);
  const owner = identify(process.pid);
  if (server === null || owner === null) return;
  writeFileSync(file, `${JSON.stringify({ server, owner } satisfies ServerRecord)}\n`, { mode: 0o600 });
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

async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + timeoutMs;
  while (isAlive(identity)) {
    if (Date.now() >= deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Ends the server a crashed process left behind on these data, if there is one.
 *
 * @throws EmbeddedError `IN_USE` when its owner is alive, or it does not end.
 */
export async function endStaleServer(file: string, name: string, signals: StopSignals): Promise<void> {
  const record = readServerRecord(file);
  if (record === null || !isAlive(record.server)) return;
  if (!(await waitForEnd(record.owner, OWNER_GRACE_MS))) {
    const text = `${name} already runs on these data: process ${record.server.pid}, started by ${record.owner.pid} (${file})`;
    throw new EmbeddedError('IN_USE', text);
  }
  for (const [signal, graceMs] of signals) {
    try {
      process.kill(record.server.pid, signal);
    } catch {
      // Gone, or another user's: the next look tells.
    }
    if (await waitForEnd(record.server, graceMs)) return;
  }
  throw new EmbeddedError('IN_USE', `${name} of a crashed process does not end: ${record.server.pid}`);
}
