import { describe, expect, it } from 'vitest';
import { statusLine } from '../../src/cli/print.ts';
import { progressBar, ProgressDisplay, timeLeft } from '../../src/cli/progress.ts';
import type { BatchStatus } from '../../src/batches/status.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');

function status(more: Partial<BatchStatus> = {}, counts: Partial<BatchStatus['counts']> = {}): BatchStatus {
  return {
    batchId: 'b1',
    workflowId: 'tracking:b1',
    runId: null,
    task: 'yamato_tracking_only',
    workbook: '/x.xlsx',
    rowsFrom: null,
    state: 'running',
    reason: null,
    startedAt: '2026-01-09T00:00:00.000Z',
    finishedAt: null,
    eta: null,
    notes: [],
    ...more,
    counts: {
      total: 0,
      pending: 0,
      published: 0,
      redirected: 0,
      completed: 0,
      failed: 0,
      invalid: 0,
      ...counts,
    },
  };
}

it.each([
  [-5_000, '0 s'],
  [0, '0 s'],
  [89_400, '89 s'],
  [90_000, '2 min'],
  [3_600_000, '60 min'],
  [5_400_000, '1 h 30 min'],
  [36_000_000, '10 h 0 min'],
])('%i ms are %s', (ms, text) => expect(timeLeft(ms)).toBe(text));

describe('the bar', () => {
  it('shows how far it is, what there is, and the time left', () => {
    const half = status(
      { eta: '2026-01-10T00:01:18.000Z' },
      { total: 20, completed: 8, failed: 1, invalid: 1, published: 2, pending: 8 },
    );
    expect(progressBar(half, NOW)).toBe(
      `[${'#'.repeat(15)}${'-'.repeat(15)}] 10/20, 8 pending, 2 published, 8 completed, 1 failed, 1 invalid, 78 s left`,
    );
  });

  it('is full only when all is done', () => {
    const nearly = status({}, { total: 1_000, completed: 999, pending: 1 });
    expect(progressBar(nearly, NOW)).toContain(`${'#'.repeat(29)}-] 999/1000`);
    const all = status({ state: 'completed' }, { total: 3, completed: 3 });
    expect(progressBar(all, NOW)).toBe(`[${'#'.repeat(30)}] 3/3, 3 completed, completed`);
  });

  it('tells why it stands still', () => {
    const held = status({ state: 'paused', reason: '401 from the API' }, { total: 1, pending: 1 });
    expect(progressBar(held, NOW)).toBe(`[${'-'.repeat(30)}] 0/1, 1 pending, paused (401 from the API)`);
    expect(progressBar(status(), NOW)).toBe(`[${'-'.repeat(30)}] 0/0`);
  });
});

describe('the display', () => {
  function stream(isTTY: boolean, columns: number) {
    const written: string[] = [];
    const write = (text: string) => written.push(text) > 0;
    return { written, stream: { isTTY, columns, write } as unknown as NodeJS.WriteStream };
  }

  it('draws over itself on a terminal, never wider than that, also when only time has passed', () => {
    const terminal = stream(true, 40);
    const display = new ProgressDisplay(terminal.stream);
    const two = status({}, { total: 2, completed: 1, pending: 1 });
    display.change(two);
    display.look(two);
    display.end();
    const bar = progressBar(two, NOW).slice(0, 39);
    expect(terminal.written).toEqual([`\r\u001B[K${bar}`, `\r\u001B[K${bar}`, '\n']);
  });

  it('takes 80 columns where the terminal tells none', () => {
    const terminal = stream(true, 0);
    new ProgressDisplay(terminal.stream).change(status({ reason: 'x'.repeat(100) }));
    expect(terminal.written.join('')).toHaveLength(79 + 4);
  });

  it('is a line for each change elsewhere, with nothing of a terminal in it', () => {
    const file = stream(false, 0);
    const display = new ProgressDisplay(file.stream);
    const one = status({ eta: '2026-01-10T00:01:18.000Z' }, { total: 1, pending: 1 });
    display.change(one);
    display.look(one);
    display.end();
    expect(file.written).toEqual([`${statusLine(one)}\n`]);
    expect(statusLine(one)).toBe('b1 running: 1 total, 1 pending, ready about 2026-01-10T00:01:18.000Z');
  });
});
