import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenRow } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 2 });
  env = { DATABASE_URL: own.url };
});

afterAll(async () => {
  await database.close();
  await own.drop();
  place.remove();
});

const report = (...args: string[]) => place.run(['report', ...args], env);

it('of an empty database: nothing, in each form', async () => {
  expect(await report()).toEqual({ code: 0, out: 'nothing in that time\n', err: '' });
  const [csv, xlsx] = await Promise.all([report('--csv', 'empty.csv'), report('--xlsx', 'empty.xlsx')]);
  expect([csv, xlsx]).toMatchObject([
    { code: 0, out: 'empty.csv\n' },
    { code: 0, out: 'empty.xlsx\n' },
  ]);
  expect(readFileSync(join(place.folder, 'empty.csv'), 'utf8')).toBe('\uFEFFsheet,of,figure,value\r\n');
});

describe('of a day', () => {
  beforeAll(async () => {
    await givenBatch(database, 'b1', { startedAt: new Date('2026-11-20T03:00:00Z'), rowsByHand: 1 });
    await givenRow(database, { batchId: 'b1', row: 2, state: 'completed' });
    await givenRow(database, { batchId: 'b1', row: 3, state: 'failed', error: 'its page came back empty' });
    await database.sql`insert into parcels (carrier, number, order_number, serial, status, since, first_event_at, from_office, to_office)
      values ('yamato', '390512345016', '', 1, 'delivered', '2026-11-20T03:00:00Z', '2026-11-18T02:30:00Z', '=1+1', '伏見営業所')`;
  });
  const day = ['--from', '2026-11-20', '--to', '2026-11-21'];

  it('is printed, a table a question', async () => {
    const { code, out } = await report(...day);
    expect(code).toBe(0);
    expect(out).toMatch(/^Tasks: .*\ntask +batches.*\nyamato_tracking_only +1 +2 +1 +1 +0 +50 % /m);
    expect(out).toMatch(/^yamato_tracking_only +failed +empty-page +1$/m);
    expect(out).toMatch(/^yamato +=1\+1 +伏見営業所 +1 +1 +100 % +0 +48\.5 +48 +48$/m);
    expect(out).not.toContain('Calls: ');
  });

  it('as CSV: a line a figure, no cell a formula', async () => {
    expect(await report(...day, '--csv', 'day.csv')).toMatchObject({ code: 0, out: 'day.csv\n', err: '' });
    const lines = readFileSync(join(place.folder, 'day.csv'), 'utf8').split('\r\n');
    expect(lines).toContain('Tasks,yamato_tracking_only,byHand,1');
    expect(lines).toContain('Reasons,yamato_tracking_only / failed / empty-page,rows,1');
    expect(lines).toContain('Origins,yamato / =1+1,transitMean,48.5');
    expect(lines.filter((line) => /(^|,)"?[=+@]/.test(line))).toEqual([]);
  });

  it('as a workbook: a sheet a question, numbers as numbers, what is off target marked', async () => {
    expect(await report(...day, '--xlsx', 'day.xlsx', '--json')).toMatchObject({ code: 0, err: '' });
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.readFile(join(place.folder, 'day.xlsx'));
    expect(workbook.worksheets.map(({ name }) => name)).toEqual(
      'Report Tasks Reasons Calls Days Carriers Origins Destinations Lanes Open'.split(' '),
    );
    const tasks = workbook.getWorksheet('Tasks')!;
    expect((tasks.getRow(4).values as unknown[]).slice(1, 8)).toEqual([
      'yamato_tracking_only',
      1,
      2,
      1,
      1,
      0,
      0.5,
    ]);
    expect(tasks.getCell('G4').numFmt).toBe('0.0%');
    const formats = (tasks as unknown as { conditionalFormattings: { ref: string; rules: object[] }[] })
      .conditionalFormattings;
    expect(formats).toMatchObject([
      { ref: 'G4:G4', rules: [{ type: 'expression', formulae: ['AND(ISNUMBER(G4),G4<0.95)'] }] },
      { ref: 'O4:O4', rules: [{ type: 'expression', formulae: ['AND(ISNUMBER(O4),O4>60)'] }] },
    ]);
    const bars = workbook.getWorksheet('Reasons') as unknown as { conditionalFormattings: object[] };
    expect(bars.conditionalFormattings).toMatchObject([
      { ref: 'D4:D4', rules: [{ type: 'dataBar', color: { argb: 'FF8FB8DE' } }] },
    ]);
    const origins = workbook.getWorksheet('Origins')!;
    expect(origins.getCell('B4').value).toBe('=1+1');
    expect(workbook.getWorksheet('Days')!.getCell('A4').value).toBe('2026-11-20');
  });

  it('a file that is there is left alone: exit 1', async () => {
    writeFileSync(join(place.folder, 'mine.csv'), 'mine');
    expect(await report(...day, '--csv', 'mine.csv')).toEqual({
      code: 1,
      out: '',
      err: 'mine.csv is there already: name another file, or remove it\n',
    });
    expect(readFileSync(join(place.folder, 'mine.csv'), 'utf8')).toBe('mine');
  });

  it('a file that cannot be written: exit 1', async () => {
    mkdirSync(join(place.folder, 'folder'));
    for (const file of ['no-folder/day.xlsx', 'mine.csv/day.xlsx']) {
      const { code, out, err } = await report(...day, '--xlsx', file);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toBe(
        `${file} cannot be written; name a file in a folder that is there and may be written to\n`,
      );
    }
  });
});
