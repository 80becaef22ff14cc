import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../paths.ts';

export interface ProcessSpec {
  name: string;
  args: readonly string[];
}

/** A process that dies at once again is started with pauses that grow up to this. */
const MAX_RESTART_DELAY_MS = 10_000;
/** A worker's grace for what is under way (75 s for a publish) and a margin. */
const STOP_TIMEOUT_MS = 85_000;

interface Running {
  child: ChildProcess;
  failures: number;
  timer: NodeJS.Timeout | null;
}

/** Keeps processes of this program running: each is started again when it dies, all end together. */
export class Supervisor {
  private readonly running = new Map<string, Running>();
  private readonly env: NodeJS.ProcessEnv;
  private readonly logDir: string;
  private stopping = false;

  constructor(env: NodeJS.ProcessEnv, dataDir: string) {
    this.env = env;
    this.logDir = join(dataDir, 'logs');
    mkdirSync(this.logDir, { recursive: true });
  }

  start(spec: ProcessSpec, failures = 0): void {
    const log = createWriteStream(join(this.logDir, `${spec.name}.log`), { flags: 'a' });
    const child = spawn(process.execPath, [join(packageRoot, 'bin/tsuiseki.js'), ...spec.args], {
      env: this.env,
      // A group of its own: Ctrl-C reaches this process alone, which then ends the others in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const own: Running = { child, failures, timer: null };
    this.running.set(spec.name, own);
    const startedAt = Date.now();
    child.once('exit', () => {
      log.end();
      if (this.stopping) return;
      const failed = Date.now() - startedAt > MAX_RESTART_DELAY_MS ? 0 : failures + 1;
      own.timer = setTimeout(
        () => this.start(spec, failed),
        Math.min(MAX_RESTART_DELAY_MS, 250 * 2 ** failed),
      );
    });
  }

  processes(): { name: string; pid: number }[] {
    return [...this.running].flatMap(([name, { child }]) =>
      child.pid === undefined ? [] : [{ name, pid: child.pid }],
    );
  }

  /** Ends all, and waits for their ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(
      [...this.running.values()].map(async ({ child, timer }) => {
        if (timer !== null) clearTimeout(timer);
        if (child.exitCode !== null || child.signalCode !== null) return;
        await new Promise<void>((resolve) => {
          const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
          child.once('exit', () => {
            clearTimeout(killer);
            resolve();
          });
          child.kill('SIGTERM');
        });
      }),
    );
  }
}
