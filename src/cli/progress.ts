import type { BatchStatus } from '../batches/status.ts';
import { noteLines, statusLine } from './print.ts';

const BAR_WIDTH = 30;
/** Where the terminal does not tell its width. */
const DEFAULT_COLUMNS = 80;

/** `45 s`, `12 min`, `3 h 20 min`. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `[#####-----] 12/25, 12 completed, 13 pending, 78 s left`, and the state where there is more to say. */
export function progressBar(status: BatchStatus, nowMs: number): string {
  const { counts, state, reason, eta } = status;
  const { total, completed, failed, invalid } = counts;
  const done = completed + failed + invalid;
  const filled = total === 0 ? 0 : Math.floor((done / total) * BAR_WIDTH);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${done}/${total}`;
  const parts = Object.entries(counts).flatMap(([name, n]) =>
    n > 0 && name !== 'total' ? [`${n} ${name}`] : [],
  );
  if (eta !== null) parts.push(`${timeLeft(Date.parse(eta) - nowMs)} left`);
  if (state !== 'running' || reason !== null) parts.push(reason === null ? state : `${state} (${reason})`);
  return [bar, ...parts, ...status.notes].join(', ');
}

/** A batch on its way: a bar that is drawn over itself on a terminal, a line for each change elsewhere. */
export class ProgressDisplay {
  readonly #stream: NodeJS.WriteStream;
  #drawn = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** The batch has moved on. */
  change(status: BatchStatus): void {
    if (this.#stream.isTTY) this.#draw(status);
    else for (const line of [statusLine(status), ...noteLines(status)]) this.#stream.write(`${line}\n`);
  }

  /** It has not, but time has. */
  look(status: BatchStatus): void {
    if (this.#stream.isTTY) this.#draw(status);
  }

  /** Leaves the bar as it is; what is written next begins a line. */
  end(): void {
    if (this.#drawn) this.#stream.write('\n');
    this.#drawn = false;
  }

  #draw(status: BatchStatus): void {
    // A bar longer than the terminal would wrap, and the next one would not be drawn over it. One column is kept for
    // the cursor. A terminal that has no size says 0.
    const columns = this.#stream.columns > 0 ? this.#stream.columns : DEFAULT_COLUMNS;
    const bar = [...progressBar(status, Date.now())].slice(0, columns - 1).join('');
    this.#stream.write(`\r\u001B[K${bar}`);
    this.#drawn = true;
  }
}
