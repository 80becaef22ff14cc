import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectedText } from '../../src/sandbox/index.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';

const TASK = 'yamato_tracking_10';
const PATIENCE_MS = 120_000;

interface RowReport {
  row: number;
  state: string;
  source: string | null;
  trackingNumber: string | null;
  result: string | null;
}

it('35 numbers go from `start` to written cells, ten a request', { timeout: PATIENCE_MS }, async () => {
  const place = workplace();
  const folder = join(place.folder, TASK);
  const path = join(folder, 'YT10-発送.xlsx');
  mkdirSync(folder);
  await writeSampleWorkbook(path, { task: TASK, rows: 35, invalidRow: true });
  const up = await startUp(place, {
    YAMATO_PAUSE_MIN: '10ms',
    YAMATO_PAUSE_MAX: '100ms',
    LOG_LEVEL: 'warn',
  });
  try {
    const { sandbox } = up.told;
    const day = new Date();
    const started = await place.run(['start', path, '--wait', '--json']);
    expect({ code: started.code, err: started.err }).toEqual({ code: 0, err: '' });
    const { batchId, workflowId } = JSON.parse(started.out) as Record<string, string>;
    expect(workflowId).toBe(`tracking:${TASK}:YT10-発送.xlsx:${batchId}`);

    const rows = (await place.run(['rows', batchId ?? '', '--json'])).out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as RowReport);
    expect(rows.map(({ state }) => state)).toEqual([...Array<string>(35).fill('completed'), 'invalid']);
    const sheet = await readWorkbook(path, {
      columns: { input: 'A', email: 'B', result: 'C', status: null },
    });
    const written = new Map(sheet.rows.map((row) => [row.row, row.result]));
    for (const { row, trackingNumber, result, source } of rows.slice(0, 35)) {
      expect(source).toBe('yamato');
      expect(result).toBe(expectedText(TASK, null, trackingNumber, { day }));
      expect(written.get(row)).toBe(result);
    }
    expect(written.get(rows[35]?.row ?? 0)).toBe('');

    const asked = (await (await fetch(`${sandbox}/_sandbox/yamato`)).json()) as { numbers: string[] }[];
    expect(asked.map(({ numbers }) => numbers.length)).toEqual([10, 10, 10, 5]);
  } finally {
    await up.stop();
    place.remove();
  }
});
