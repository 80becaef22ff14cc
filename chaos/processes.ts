import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process that may be killed or stopped; its children go with it where it stops. */
export interface Victim {
  name: string;
  pid: number;
}

/** A process that stands still. */
export interface Frozen {
  /** Resolves once it does. */
  stopped: Promise<unknown>;
  /** Lets it go on. */
  thaw(): void;
}

/** The process and all below it: Postgres answers by its children, which a stop of their parent does not reach. */
export function familyOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const parent of family)
    family.push(
      ...parents.flatMap(([child, ppid]) => (ppid === parent && child !== undefined ? [child] : [])),
    );
  return family;
}

/**
 * SIGKILL, to the process alone: what it started must notice by itself. False: it is gone already.
 */
export function kill({ pid }: Victim): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/**
 * SIGSTOP to the whole family. A shell does it, whose standard input ends with us, however we end: nobody stays
 * stopped for ever.
 */
export function freeze({ pid }: Victim): Frozen {
  const script = 'kill -STOP "$@" 2>/dev/null; echo; read -r _; kill -CONT "$@" 2>/dev/null';
  const shell = spawn('/bin/sh', ['-c', script, 'tsuiseki-chaos', ...familyOf(pid).map(String)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  shell.stdin.on('error', () => {});
  return { stopped: once(shell.stdout, 'data'), thaw: () => shell.stdin.end('\n') };
}
