import { readFileSync } from 'node:fs';
import { processTree } from '../process-tree.ts';

/** Of Linux's ticks, a hundred a second everywhere. */
const TICK_MS = 10;

/** The time on a processor that processes and all they started have taken so far. */
export function cpuMs(roots: readonly number[]): number {
  return roots
    .flatMap((root) => processTree(root))
    .map((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
      } catch {
        // It has ended meanwhile.
        return 0;
      }
    })
    .reduce((sum, each) => sum + each, 0);
}
