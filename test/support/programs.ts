import { spawnSync } from 'node:child_process';

/** Why tests that need one of Debian's programs cannot run; null: it is there. */
export function missingProgram(name: string, debianPackage: string): string | null {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
    ? null
    : `${name} is missing: apt-get install ${debianPackage}`;
}
