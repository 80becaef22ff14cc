import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { rotateLogs } from '../../src/cli/log-rotation.ts';

it('logs that grow while `up` runs are rotated, twenty megabytes and twenty of old ones each', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const notes: string[] = [];
  const logs = join(folder, 'logs');
  const stop = rotateLogs(logs, (line) => notes.push(line));
  for (const name of ['http.log', 'other.txt']) {
    writeFileSync(join(logs, name), 'a line\n');
    truncateSync(join(logs, name), 21 * 1024 * 1024);
  }
  vi.advanceTimersByTime(10_000);
  expect(readdirSync(logs).toSorted()).toEqual(['http.log', 'http.log.old', 'other.txt']);
  expect(statSync(join(logs, 'http.log')).size).toBe(0);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(notes).toEqual([]);
});
