import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { openLogFile } from '../embedded/log-file.ts';
import { removeServerRecord, waitForLeftBehind, writeServerRecord } from '../embedded/server-record.ts';
import { packageRoot } from '../paths.ts';
import { ORPHAN_GRACE_MS } from './lifeline.ts';
import { LONGEST_RESTART_DELAY_MS, restartDelayMs } from './restart-delay.ts';
import { STANDBY } from './standby.ts';

export interface ProcessSpec {
  name: string;
  args: readonly string[];
  /** What this process alone has beside what all have. */
  env?: NodeJS.ProcessEnv;
}

/** A worker's grace for what is under way (75 s for a publish) and a margin. */
const STOP_TIMEOUT_MS = 85_000;

const recordsOf = (dataDir: string) => join(dataDir, 'processes');

/**
 * Waits for the processes of a supervisor that was killed: until they have ended they hold ports, and a worker among them
 * would be asked by the next Temporal.
 */
export function waitForOrphans(dataDir: string): Promise<void> {
  return waitForLeftBehind(recordsOf(dataDir), ORPHAN_GRACE_MS + 1_000);
}

interface Running {
  child: ChildProcess;
  /** Set while it waits to be started again. */
  timer: NodeJS.Timeout | null;
}

/** Keeps processes of this program running: each is started again when it dies, all end together. */
export class Supervisor {
  readonly #running = new Map<string, Running>();
  readonly #standing = new Map<string, ChildProcess>();
  readonly #env: NodeJS.ProcessEnv;
  readonly #logDir: string;
  readonly #recordDir: string;
  readonly #onRestart: () => void;
  #stopping = false;

  /** `onRestart`: one has a new process id. */
  constructor(env: NodeJS.ProcessEnv, dataDir: string, onRestart: () => void = () => {}) {
    this.#env = env;
    this.#logDir = join(dataDir, 'logs');
    this.#recordDir = recordsOf(dataDir);
    this.#onRestart = onRestart;
  }

  /** Starts a process ahead of `start`, which it then needs: it loads what it will use meanwhile. */
  prepare({ name, args }: Pick<ProcessSpec, 'name' | 'args'>): void {
    const child = this.#spawn(name, [...args, STANDBY], this.#env);
    // One that could not be started is started by `start`.
    child.on('error', () => {});
    this.#standing.set(name, child);
  }

  start(spec: ProcessSpec, failures = 0): void {
    const env = { ...this.#env, ...spec.env };
    const standing = this.#standing.get(spec.name);
    this.#standing.delete(spec.name);
    const child = standing?.connected === true ? standing : this.#spawn(spec.name, spec.args, env);
    // One that dies with it unread is started again.
    if (child === standing) child.send(env, () => {});
    const own: Running = { child, timer: null };
    this.#running.set(spec.name, own);
    const startedAt = Date.now();
    const restart = () => {
      if (this.#stopping || own.timer !== null) return;
      // One that dies at once again is started with pauses that grow.
      const failed = Date.now() - startedAt > LONGEST_RESTART_DELAY_MS ? 0 : failures + 1;
      own.timer = setTimeout(() => {
        this.start(spec, failed);
        this.#onRestart();
      }, restartDelayMs(failed));
    };
    child.once('exit', restart);
    // It could not be started, for want of memory or processes: there is no exit then.
    child.on('error', restart);
  }

  #spawn(name: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const log = openLogFile(join(this.#logDir, `${name}.log`));
    const child = spawn(process.execPath, [join(packageRoot, 'bin/tsuiseki.js'), ...args], {
      env,
      // A group of its own: Ctrl-C reaches this process alone, which then ends the others in order.
      detached: true,
      // The channel closes when this process dies, however it does: a child then ends by itself.
      stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
    });
    log.close();
    if (child.pid !== undefined) writeServerRecord(this.#recordFile(name), child.pid);
    return child;
  }

  #recordFile(name: string): string {
    return join(this.#recordDir, `${name}.json`);
  }

  processes(): { name: string; pid: number }[] {
    return [...this.#running].flatMap(([name, { child }]) =>
      child.pid === undefined ? [] : [{ name, pid: child.pid }],
    );
  }

  /** Ends all, and waits for their ends; at once, with nothing let finish, when the signal comes. */
  async stop(now: AbortSignal): Promise<void> {
    this.#stopping = true;
    const running = [...this.#running].map(([name, { child, timer }]) => {
      if (timer !== null) clearTimeout(timer);
      return [name, child] as const;
    });
    await Promise.all(
      [...this.#standing, ...running].map(async ([name, child]) => {
        await endChild(child, now);
        removeServerRecord(this.#recordFile(name));
      }),
    );
  }
}

async function endChild(child: ChildProcess, now: AbortSignal): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const kill = () => child.kill('SIGKILL');
  const killer = setTimeout(kill, STOP_TIMEOUT_MS);
  now.addEventListener('abort', kill);
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill(now.aborted ? 'SIGKILL' : 'SIGTERM');
  });
  clearTimeout(killer);
  now.removeEventListener('abort', kill);
}
