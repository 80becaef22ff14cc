import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { BenchError } from './part.ts';

export interface ProcessOptions {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Not the repository: its `.env` is a developer's own. */
  cwd: string;
  logFile: string;
}

/** `up` gives a publish under way its time (75 s and a margin) before it kills. */
const STOP_TIMEOUT_MS = 95_000;

/** A `tsuiseki` process of its own, as people start them. */
export class TsuisekiProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly #what: string;
  readonly #logFile: string;
  #output = '';

  constructor({ args, env, cwd, logFile }: ProcessOptions) {
    this.#what = `tsuiseki ${args.join(' ')}`;
    this.#logFile = logFile;
    this.child = spawn(process.execPath, [join(packageRoot, 'bin/tsuiseki.js'), ...args], {
      env,
      cwd,
      // Ctrl-C must reach the bench alone, which then ends the others in order.
      detached: true,
      // The channel closes when this process dies, however it does: the other then ends by itself.
      stdio: ['ignore', 'pipe', openSync(logFile, 'a'), 'ipc'],
    });
    this.child.stdout?.on('data', (chunk) => (this.#output += String(chunk)));
    // 'close': everything it printed has been read.
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => resolve());
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw this.#failure('did not start');
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The JSON of its first line, as soon as that is there. */
  async firstLine(): Promise<unknown> {
    const line = await new Promise<string | null>((resolve) => {
      const look = () => {
        const end = this.#output.indexOf('\n');
        if (end >= 0) resolve(this.#output.slice(0, end));
      };
      this.child.stdout?.on('data', look);
      void this.ended.then(() => resolve(null));
      look();
    });
    if (line === null) throw this.#failure('ended before it was ready');
    return JSON.parse(line) as unknown;
  }

  /** Waits for its end; anything but exit 0 is an error. */
  async succeeded(): Promise<void> {
    await this.ended;
    if (this.child.exitCode !== 0) throw this.#failure(`ended with status ${this.child.exitCode}`);
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.child.kill('SIGTERM');
    await this.ended;
    clearTimeout(killer);
  }

  /** With what it said last: its log goes with the folder. */
  #failure(text: string): BenchError {
    const last = readFileSync(this.#logFile, 'utf8').trim().split('\n').at(-1) ?? '';
    return new BenchError('BENCH_PROCESS', `${this.#what} ${text}: ${last}`);
  }
}
