import { readFileSync } from 'node:fs';
import { QUEUES } from '../../src/temporal/names.ts';
import type { Cleanup } from '../cleanup.ts';
import type { Fleet } from '../fleet.ts';

const LOOK_EVERY_MS = 1_000;

/** Resident memory of a process as Linux tells it, in bytes; null: it has ended. */
function residentBytes(pid: number): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  } catch {
    return null;
  }
}

/** Looks at each worker once a second; gives the most that each took so far. */
export function watchMemory(fleet: Fleet, cleanup: Cleanup): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  const timer = setInterval(() => {
    for (const name of Object.keys(QUEUES)) {
      const pid = fleet.workerPid(name);
      const bytes = pid === null ? null : residentBytes(pid);
      if (bytes !== null) most.set(name, Math.max(bytes, most.get(name) ?? 0));
    }
  }, LOOK_EVERY_MS);
  cleanup.add('the looks at memory', async () => clearInterval(timer));
  return most;
}
