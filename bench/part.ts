import { TsuisekiError } from '../src/errors.ts';
import type { Cleanup } from './cleanup.ts';

/** One line of a bench's table. */
export interface Figure {
  figure: string;
  mustReach: string;
  /** Null: it could not be measured, and is not reached. */
  measured: number | null;
  unit: string;
  ok: boolean;
}

export interface PartContext {
  figure(figure: Figure): void;
  /** What explains the figures: gaps, waits, latencies. */
  note(line: string): void;
  /** What is going on, for whoever waits. */
  progress(line: string): void;
  /** Called when the part breaks off, before anything is ended: what the logs say, which go with their folder. */
  onBreak(look: () => string[]): void;
  cleanup: Cleanup;
  /** `--rows` and `--minutes`, instead of a part's own; null: not given. */
  rows: number | null;
  minutes: number | null;
}

/** A part of a bench that can be run alone. */
export interface Part {
  name: string;
  /** What it needs and this machine has not: it is skipped then, and the run says so. */
  missing?: () => string | null;
  run(context: PartContext): Promise<void>;
}

export class BenchError extends TsuisekiError<'BENCH_TIMEOUT' | 'BENCH_PROCESS' | 'BENCH_ANSWER'> {}
