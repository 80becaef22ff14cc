import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../errors.ts';
import { EmbeddedError } from './errors.ts';
import { openLogFile } from './log-file.ts';
import { removeServerRecord, writeServerRecord } from './server-record.ts';
import type { StopSignals } from './server-record.ts';
import { startWatchdog } from './watchdog.ts';
import type { DismissWatchdog } from './watchdog.ts';

export interface ServerExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its log. */
  readonly logTail: string;
}

export interface ServerProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly logFile: string;
  /** Beside the data: see `endStaleServer`. */
  readonly recordFile: string;
  readonly stopSignals: StopSignals;
  /** It ended without being asked to. */
  readonly onExit?: ((exit: ServerExit) => void) | undefined;
}

export interface ServerProcess {
  readonly pid: number;
  /** Set once it has ended, for whatever reason. */
  readonly exit: ServerExit | undefined;
  logTail(): string;
  /** Ends it and waits for its end. May be called any number of times. */
  stop(): Promise<void>;
}

/** The little a server may know of our environment: no tokens, no `PG…`, no `TEMPORAL_…`. */
export function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'SystemRoot', 'TEMP', 'TMP', 'LOCALAPPDATA', 'APPDATA'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** Becomes the server when it is told to; where we die before that, it ends and nothing has run. */
const WHEN_TOLD = 'read -r _ <&3 && exec "$@" 3<&-';

interface WaitingProcess {
  readonly child: ChildProcess;
  readonly begin: () => void;
  /** It never begins. */
  readonly giveUp: () => void;
}

/** Starts the program; it begins when it is told to. Windows has no such shell: there it begins at once. */
function spawnWaiting(file: string, args: readonly string[], options: SpawnOptions): WaitingProcess {
  if (process.platform === 'win32') {
    const child = spawn(file, args, options);
    return { child, begin: () => {}, giveUp: () => void child.kill() };
  }
  const stdio = Array.isArray(options.stdio) ? options.stdio : [];
  const child = spawn('/bin/sh', ['-c', WHEN_TOLD, 'tsuiseki-server', file, ...args], {
    ...options,
    stdio: [...stdio, 'pipe'],
  });
  const pipe = child.stdio[3];
  pipe?.on('error', () => {});
  return {
    child,
    begin: () => {
      if (pipe instanceof Writable) pipe.end('begin\n', () => pipe.destroy());
    },
    giveUp: () => void pipe?.destroy(),
  };
}

/**
 * Starts a server as a process that lives no longer than ours: a watchdog ends it when we die, and what even
 * that leaves behind is found by its record and ended on the next start: see `endStaleServer`, which is to be called
 * before. At no moment does it run without both. It has a session of its own, so that Ctrl-C reaches us alone and we
 * decide the order of ends.
 *
 * @throws EmbeddedError `START_FAILED` when the program cannot be run.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, recordFile, stopSignals } = options;
  const log = openLogFile(options.logFile);
  const { child, begin, giveUp } = spawnWaiting(options.file, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log.descriptor, log.descriptor],
    detached: true,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  log.close();
  const pid = child.pid;
  if (pid === undefined) throw await spawnFailure(child, name);
  let dismissWatchdog: DismissWatchdog;
  try {
    dismissWatchdog = startWatchdog(pid, stopSignals);
    writeServerRecord(recordFile, pid);
  } catch (error) {
    giveUp();
    throw error;
  }
  begin();

  let exit: ServerExit | undefined;
  let stopping: Promise<void> | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      exit = { exitCode, signal, logTail: log.tail() };
      dismissWatchdog();
      resolve();
      // The record of one that died stays: the lock it may have left beside its data is known by it.
      if (stopping === undefined) options.onExit?.(exit);
      else removeServerRecord(recordFile);
    });
  });
  return {
    pid,
    get exit() {
      return exit;
    },
    logTail: () => log.tail(),
    stop: () => (stopping ??= exit === undefined ? endChild(child, ended, stopSignals) : Promise.resolve()),
  };
}

async function endChild(child: ChildProcess, ended: Promise<void>, signals: StopSignals): Promise<void> {
  for (const [signal, graceMs] of signals) {
    child.kill(signal);
    const giveUp = new AbortController();
    const grace = sleep(graceMs, 'late', { signal: giveUp.signal, ref: false }).catch(() => 'ended');
    const outcome = await Promise.race([ended, grace]);
    giveUp.abort();
    if (outcome !== 'late') return;
  }
  await ended;
}

function spawnFailure(child: ChildProcess, name: string): Promise<EmbeddedError> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      const text = `${name} cannot be run: ${errorMessage(error)}`;
      resolve(new EmbeddedError('START_FAILED', text, { cause: error }));
    });
  });
}

/** What PostgreSQL says while the last processes of an old server on these data are still there. */
const IN_USE = /lock file .* already exists|pre-existing shared memory block/i;

/**
 * Why a server ended before it was ready, `PORT_TAKEN`, `IN_USE` or `START_FAILED`: by its last line that tells of an
 * error.
 */
export function startFailure(name: string, exit: ServerExit, logFile: string): EmbeddedError {
  const lines = exit.logTail.split(/\r?\n/).filter((line) => line.trim() !== '');
  const portTaken = lines.find((line) => /address already in use/i.test(line));
  const reason =
    portTaken ?? lines.findLast((line) => /error|fatal|panic/i.test(line)) ?? lines.at(-1) ?? 'no output';
  const how = exit.signal === null ? `exit code ${exit.exitCode ?? '?'}` : `signal ${exit.signal}`;
  const text = `${name} ended at once (${how}): ${errorMessage(reason, 300)}; log: ${logFile}`;
  if (portTaken !== undefined) return new EmbeddedError('PORT_TAKEN', text);
  return new EmbeddedError(IN_USE.test(reason) ? 'IN_USE' : 'START_FAILED', text);
}
