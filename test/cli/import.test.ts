import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { postFile, postNumbers, shipperFiles } from '../support/batches/shipper-file.ts';
import { runHere } from '../support/cli/run-here.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenRow } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
const files = shipperFiles();
const [NUMBER = '', OTHER = ''] = postNumbers(2);
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 1 });
  vi.stubEnv('DATABASE_URL', own.url);
});
afterEach(async () => {
  await database.sql`truncate batches, parcels, unknown_texts cascade`;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
  await own.drop();
  place.remove();
});

const TEXT = postFile([
  { number: NUMBER, code: '1101', daysAgo: 3 },
  { number: NUMBER, code: '5201', daysAgo: 1 },
  { number: OTHER, code: '9999', daysAgo: 1 },
  { number: 'x', code: '5201', daysAgo: 1 },
]);

it('one JSON value: what was read, learnt, answered, refused and why', async () => {
  await givenBatch(database, 'b1', { task: 'japan_post_tracking_10' });
  await givenRow(database, { batchId: 'b1', row: 2, state: 'pending', trackingNumber: NUMBER });
  const { status, out, err } = await runHere(['import', files.write(TEXT, 'jp.csv'), '--json']);
  expect({ status, ...JSON.parse(out) }).toEqual({
    status: null,
    file: 'jp.csv',
    dryRun: false,
    encoding: 'shift_jis',
    layout: 'japan-post-17',
    header: true,
    events: { read: 3, new: 3, takenBack: 0 },
    parcels: { new: 2, changed: 0 },
    rows: { answered: 1, updated: 0, toWrite: 1, left: 0 },
    callsSaved: 0,
    batches: ['b1'],
    unknownTexts: ['9999'],
    refused: { lines: 1, first: [{ line: 5, reason: '"x" is no tracking number' }] },
    warnings: { lines: 0, first: [] },
  });
  expect(err).toMatch(/^batch b1 looks by itself within five minutes: [^\n]+\n$/);
});

it('for people; nothing is kept by a dry run', async () => {
  const { status, out, err } = await runHere(['import', files.write(TEXT, 'jp.csv'), '--dry-run']);
  expect({ status, err }).toEqual({ status: null, err: '' });
  expect(out).toBe(`jp.csv: shift_jis, Japan Post's 17 columns, its first line not an event; nothing is kept
events: 3 read, 3 new
parcels: 2 new, 0 changed
rows: 0 answered, 0 brought up to date, 0 of them to be written into workbooks
calls saved: 0
unknown texts, see \`tsuiseki texts\`: 9999
refused: 1 line
  line 5: "x" is no tracking number
`);
  expect(await database.sql`select from parcels`).toHaveLength(0);
});

it('a file that cannot be taken: exit 1, one line that says what is missing; nothing is kept', async () => {
  expect(await runHere(['import', files.write('a,b\n1,2\n', 'x.csv')])).toEqual({
    status: 1,
    out: '',
    err: "x.csv: its first line names no column for お問い合わせ番号 (number), 状態発生日時 (time), ステータスコード (code) or ステータス (status), and it is not Japan Post's file of 17 columns; it begins: a,b\n",
  });
  const workbook = files.write(Buffer.from('504b030414000600', 'hex'), 'x.xlsx');
  expect(await runHere(['import', workbook, '--json'])).toEqual({
    status: 1,
    out: '',
    err: 'x.xlsx is a workbook or a zip; a CSV is meant, in Shift_JIS or UTF-8\n',
  });
  expect(await runHere(['import', '/none.csv'])).toMatchObject({
    status: 1,
    err: '/none.csv: no such file\n',
  });
});
