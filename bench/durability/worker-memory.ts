import { readFileSync } from 'node:fs';
import type { Cleanup } from '../cleanup.ts';

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

/** Looks at processes once a second; gives the most that each took so far. */
export function watchMemory(
  processes: () => readonly { name: string; pid: number }[],
  cleanup: Cleanup,
): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  const timer = setInterval(() => {
    for (const { name, pid } of processes()) {
      const bytes = residentBytes(pid);
      if (bytes !== null) most.set(name, Math.max(bytes, most.get(name) ?? 0));
    }
  }, LOOK_EVERY_MS);
  cleanup.add('the looks at memory', async () => clearInterval(timer));
  return most;
}

/** `history-1 120 MB, …` */
export function memoryTold(most: ReadonlyMap<string, number>): string {
  return [...most].map(([name, bytes]) => `${name} ${(bytes / 1_000_000).toFixed(0)} MB`).join(', ');
}
