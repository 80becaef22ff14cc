import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLogFile, rotateLog } from '../../src/embedded/log-file.ts';

const MAX_BYTES = 100_000;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsuiseki-log-'));
  path = join(folder, 'child.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Ten lines of a thousand characters for each line it is told. */
const CHATTER = `process.stdin.on('data', () => {
  for (let line = 0; line < 10; line += 1) console.log('x'.repeat(999));
  process.send('said');
});`;

it('a log is rotated while its child writes: the disk is bounded, every line whole, and nobody else may read it', async () => {
  const log = openLogFile(path);
  const child = spawn(process.execPath, ['-e', CHATTER], {
    stdio: ['pipe', log.descriptor, log.descriptor, 'ipc'],
  });
  log.close();
  for (let turn = 0; turn < 50; turn += 1) {
    child.stdin?.write('say\n');
    await once(child, 'message');
    rotateLog(path, MAX_BYTES);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(2 * MAX_BYTES + 20_000);
  }
  child.disconnect();
  child.stdin?.end();
  await once(child, 'exit');
  expect(readdirSync(folder).toSorted()).toEqual(['child.log', 'child.log.old']);
  for (const name of readdirSync(folder)) {
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    expect(new Set(lines)).toEqual(new Set(['x'.repeat(999)]));
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  }
});

it('a short log stays as it is', () => {
  writeFileSync(path, 'a line\n');
  rotateLog(path, MAX_BYTES);
  expect(readdirSync(folder)).toEqual(['child.log']);
});

it('the last lines of a server whose log was rotated meanwhile are told', () => {
  writeFileSync(path, 'x'.repeat(1_000));
  const log = openLogFile(path);
  rotateLog(path, 500);
  writeFileSync(path, 'FATAL: no more\n');
  expect(log.tail()).toBe('FATAL: no more\n');
  log.close();
});
