import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../src/paths.ts';

/** What `.ci/run` calls and is not to be run here: all ends well, and npm's cluster part says so. */
const PROGRAMS = ['apt-get', 'chromium', 'fc-list', 'hadolint', 'npx', 'python3'];

/** The last lines of `.ci/run`, in a folder where npm and all it needs are stand-ins. */
function closingLines(cluster: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-ci-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['.ci', 'bin']) mkdirSync(join(folder, name));
  copyFileSync(join(packageRoot, '.ci/run'), join(folder, '.ci/run'));
  const program = (name: string, lines: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };
  for (const name of PROGRAMS) program(name, 'exit 0');
  program(
    'npm',
    `case "$*" in
      test) echo ' Tests  5 passed | 2 skipped (7)' ;;
      *test:cluster) ${cluster} ;;
    esac`,
  );
  const { stdout, status } = spawnSync(join(folder, '.ci/run'), {
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  return [
    ...stdout
      .trim()
      .split('\n')
      .filter((line) => /^[A-Z]+:|skipped$/.test(line)),
    `exit ${status}`,
  ];
}

it('CI counts the cluster part as skipped where Go is missing, and says so', () => {
  expect(closingLines("echo 'skipped: there is no go on PATH'")).toEqual([
    'SKIPPED: a Temporal cluster: batches, pace, kills and chaos',
    '10 passed, 0 failed, 3 skipped',
    'exit 0',
  ]);
});

it('CI counts a part that ran as passed, and one that broke off as failed', () => {
  expect(closingLines("echo 'all reached'")).toEqual(['11 passed, 0 failed, 2 skipped', 'exit 0']);
  expect(closingLines("echo 'skipped: in vain'; exit 1")).toEqual([
    'FAILED: a Temporal cluster: batches, pace, kills and chaos',
    '10 passed, 1 failed, 2 skipped',
    'exit 1',
  ]);
});
