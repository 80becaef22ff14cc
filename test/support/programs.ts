import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Why tests that need a program cannot run, and how to get it, Debian's package unless told; null: it is there. */
export function missingProgram(name: string, from: string, install = 'apt-get install'): string | null {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
    ? null
    : `${name} is missing: ${install} ${from}`;
}

/** Where a program on PATH is, for who does not look there itself. */
export function programPath(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return found ?? name;
}
