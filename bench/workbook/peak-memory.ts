import { readFileSync } from 'node:fs';

/** Often enough that what a child's last moments add is little. */
const LOOK_MS = 5;

/** The most physical memory that a process has held, node itself and zlib's windows with it. */
export class PeakMemory {
  readonly #looking: NodeJS.Timeout | undefined;
  #childBytes: number | null = null;

  /** @param ofChild of this process's child, which must be looked at while it lives, instead of its own */
  constructor(ofChild: boolean) {
    this.#looking = ofChild ? setInterval(() => this.#look(), LOOK_MS) : undefined;
  }

  /** Null where the system does not tell: all but Linux. */
  stop(): number | null {
    if (this.#looking === undefined) return peakOf('self');
    clearInterval(this.#looking);
    return this.#childBytes;
  }

  #look(): void {
    const [child] = read(`/proc/self/task/${process.pid}/children`).split(' ');
    const bytes = child ? peakOf(child) : null;
    if (bytes !== null) this.#childBytes = Math.max(this.#childBytes ?? 0, bytes);
  }
}

/**
 * By VmHWM (proc_pid_status(5)). Not by getrusage's ru_maxrss: that counts what the parent held when it forked, too.
 */
function peakOf(pid: string): number | null {
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such system, or the child is gone.
    return '';
  }
}
