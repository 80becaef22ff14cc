import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/paths.ts';
import type { UpFile } from '../../../src/settings/up-file.ts';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Workplace {
  folder: string;
  /** Runs a command to its end, in that folder, with no settings but these. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Starts one; the caller ends it. */
  spawn(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  remove(): void;
}

const bin = join(packageRoot, 'bin/tsuiseki.js');

/** A new folder to work in, without a `.env` and without a running `up`. */
export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-cli-'));
  // As root Postgres runs as another account, and what lies in a closed folder is kept elsewhere, and stays.
  chmodSync(folder, 0o711);
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const own = {
    PATH,
    HOME,
    ...(XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME }),
    TSUISEKI_DATA_DIR: join(folder, 'data'),
  };
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { ...own, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    folder,
    spawn: start,
    run: (args, env) => ended(start(args, env)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a process said until its end. */
export function ended(child: ChildProcess): Promise<Ended> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  child.stderr?.on('data', (chunk) => (err += String(chunk)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** A whole system that is ready: what its first line tells, and how to end it. */
export interface Up {
  child: ChildProcess;
  end: Promise<Ended>;
  told: UpFile;
  stop(): Promise<void>;
}

/** Starts a whole system there, on any port unless one is named: others run beside it; with a sandbox of its own or not. */
export async function startUp(
  place: Workplace,
  env: NodeJS.ProcessEnv,
  options = ['--sandbox'],
): Promise<Up> {
  const child = place.spawn(['up', ...options, '--json'], { HTTP_PORT: '0', ...env });
  const end = ended(child);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await end;
  };
  const first = new Promise<string>((resolve) =>
    child.stdout?.once('data', (chunk) => resolve(String(chunk))),
  );
  const line = await Promise.race([first, end.then(({ err }) => Promise.reject(new Error(err)))]);
  return { child, end, told: JSON.parse(line) as UpFile, stop };
}
