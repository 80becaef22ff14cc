import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Why tests that need one of Debian's programs cannot run; null: it is there. */
export function missingProgram(name: string, debianPackage: string): string | null {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
    ? null
    : `${name} is missing: apt-get install ${debianPackage}`;
}

/** Where a program on PATH is, for who does not look there itself. */
export function programPath(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return found ?? name;
}
