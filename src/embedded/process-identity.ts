import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process told apart from a later one that was given the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words. */
  readonly startId: string;
}

/** Null when no such process lives; a zombie does not. */
export function identify(pid: number): ProcessIdentity | null {
  const startId = process.platform === 'linux' ? startIdFromProc(pid) : startIdFromPs(pid);
  return startId === null ? null : { pid, startId };
}

/** Whether this very process, not only one with its id, is alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startId === identity.startId;
}

/** proc(5): after the name in brackets, field 3 is the state, field 22 the start in ticks since boot. */
function startIdFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${bootId}:${fields[19] ?? ''}`;
  } catch {
    return null;
  }
}

function startIdFromPs(pid: number): string | null {
  try {
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim() === '' ? null : output.trim();
  } catch {
    return null;
  }
}
