import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { rows } from '../../src/db/schema.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { eventAt, historyOf } from '../support/carriers/histories.ts';
import { runHere } from '../support/cli/run-here.ts';
import { workplace } from '../support/cli/workplace.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
const file = join(place.folder, 'texts.json');
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 2 });
  vi.stubEnv('DATABASE_URL', own.url);
});
beforeEach(async () => {
  await givenBatch(database, 'b1');
  const base = { batchId: 'b1', email: '', occurrence: 0, state: 'completed', status: 'unknown' } as const;
  const seen = (text: string) => ({
    statusText: text,
    completedAt: new Date('2026-01-04T00:00:00Z'),
    details: historyOf([eventAt('荷物受付', 0), eventAt(text, 1)], 2),
  });
  await database.db.insert(rows).values([
    { ...base, row: 2, input: 'a', trackingNumber: '390512345016', ...seen('謎の状態') },
    { ...base, row: 3, input: 'b', trackingNumber: '390512345020', ...seen('謎の状態（理由）') },
    {
      ...base,
      row: 4,
      input: 'c',
      subStatus: 'not-registered',
      statusText: '伝票番号未登録',
      completedAt: new Date('2026-01-04T00:00:00Z'),
    },
  ]);
  await database.sql`insert into unknown_texts (text, carrier, parcel, before) values
    ('謎の状態', 'yamato', '390512345016', '荷物受付')`;
});
afterEach(async () => {
  await database.sql`truncate batches, unknown_texts, text_meanings cascade`;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
  await own.drop();
  place.remove();
});

const json = async (...args: string[]) => {
  const { status, out, err } = await runHere(['texts', ...args, '--json']);
  expect({ status, err }).toEqual({ status: null, err: '' });
  return JSON.parse(out) as unknown;
};
const statuses = async () =>
  (await database.db.query.rows.findMany({ orderBy: [rows.row] })).map(({ status }) => status);

it('texts: an array, or a table for people', async () => {
  expect(await json()).toEqual([
    {
      text: '謎の状態',
      carrier: 'yamato',
      status: null,
      said: false,
      count: 1,
      examples: ['390512345016'],
      before: [{ text: '荷物受付', count: 1 }],
      after: [{ text: null, count: 1 }],
      firstSeenAt: expect.stringMatching(/Z$/),
      lastSeenAt: expect.stringMatching(/Z$/),
    },
  ]);
  const { out } = await runHere(['texts']);
  expect(out).toMatch(/^謎の状態 +yamato +unknown +1 +荷物受付 ×1 +\(nothing\) ×1 +390512345016$/m);
  await database.sql`truncate unknown_texts`;
  expect(await runHere(['texts'])).toEqual({ status: null, out: 'every text is known\n', err: '' });
});

it('texts set: a dry run, then in earnest; nothing is asked back', async () => {
  const outcome = {
    text: '謎の状態',
    carrier: 'yamato',
    status: 'in_transit',
    rowsRead: 3,
    rowsChanged: 2,
    changes: [{ from: 'unknown', to: 'in_transit', rows: 2 }],
  };
  const args = ['set', '謎の 状態', 'in_transit', '--carrier', 'yamato'];
  expect(await json(...args, '--dry-run')).toEqual({ ...outcome, dryRun: true });
  expect(await statuses()).toEqual(['unknown', 'unknown', 'unknown']);
  const { out } = await runHere(['texts', ...args, '--dry-run']);
  expect(out).toBe('2 of 3 rows on record would change; nothing is kept\n  2: unknown → in_transit\n');
  expect(await json(...args)).toEqual({ ...outcome, dryRun: false });
  expect(await statuses()).toEqual(['in_transit', 'in_transit', 'unknown']);
  expect((await runHere(['texts', ...args])).out).toBe('0 of 3 rows on record changed\n');
});

it('texts export and import: what one system was told, another knows', async () => {
  await runHere(['texts', 'set', '謎の状態', 'exception']);
  await database.sql`insert into unknown_texts (text, carrier, parcel) values ('謎二', 'yamato', 'row 1')`;
  expect(await json('export', file)).toEqual({ file, texts: 2 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([
    { text: '謎二', carrier: 'yamato', status: null },
    { text: '謎の状態', carrier: null, status: 'exception' },
  ]);
  await database.sql`truncate text_meanings`;
  await database.sql`update rows set status = 'unknown'`;
  const told = { file, texts: 1, rowsRead: 3, rowsChanged: 2 };
  expect(await json('import', file, '--dry-run')).toMatchObject({ ...told, dryRun: true });
  expect(await statuses()).toEqual(['unknown', 'unknown', 'unknown']);
  expect(await json('import', file)).toMatchObject({ ...told, dryRun: false });
  expect(await statuses()).toEqual(['exception', 'exception', 'unknown']);
});

describe('what cannot be taken', () => {
  it.each([
    ['a status that there is not', ['set', 'x', 'lost'], /Allowed choices are info_received, in_transit, /],
    ['one that comes from time alone', ['set', 'x', 'expired'], /Allowed choices are info_received, /],
    [
      'a carrier that there is not',
      ['set', 'x', 'delivered', '--carrier', 'dhl'],
      /Allowed choices are yamato, japan_post, sagawa\./,
    ],
    ['an empty text', ['set', ' ', 'delivered'], /^a text has 1 to 200 characters/],
    ['no status', ['set', 'x'], /missing required argument 'status'/],
    ['a word that is none of its own', ['bogus'], /unknown command|too many arguments/],
  ])('%s: exit 2, one line', async (_what, args, text) => {
    const { status, out, err } = await runHere(['texts', ...args]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(text);
    expect(err).toMatch(/^[^\n]+\n$/);
  });

  it.each([
    ['no JSON', 'x', 1, /texts\.json is no JSON/],
    [
      'a status that there is not',
      '[{"text":"x","status":"lost"}]',
      2,
      /"lost" is none; allowed: info_received/,
    ],
    [
      'a carrier that there is not',
      '[{"text":"x","status":"delivered","carrier":"dhl"}]',
      2,
      /allowed: yamato, japan_post, sagawa/,
    ],
  ])('a file with %s', async (_what, content, status, text) => {
    writeFileSync(file, content);
    const told = await runHere(['texts', 'import', file]);
    expect(told).toMatchObject({ status, out: '' });
    expect(told.err).toMatch(text);
  });

  it('a file that is not there, and one that cannot be written', async () => {
    const nowhere = join(place.folder, 'nowhere', 'texts.json');
    for (const word of ['import', 'export'])
      expect(await runHere(['texts', word, nowhere])).toMatchObject({ status: 1, out: '' });
  });
});

it('rows and explain tell why a status is unknown', async () => {
  const { out } = await runHere(['rows', 'b1']);
  expect(out).toMatch(/^2 +completed +390512345016 +unknown: nobody knows this text/m);
  expect(out).toMatch(/^4 +completed +unknown: not registered yet \(day 1\)/m);
  const told = JSON.parse((await runHere(['explain', 'b1', '4', '--json'])).out) as { details: string }[];
  expect(told.map(({ details }) => details)).toContainEqual(
    expect.stringMatching(/, unknown: not registered yet \(day 1\)$/),
  );
});
