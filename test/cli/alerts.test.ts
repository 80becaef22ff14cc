import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { feedParcels } from '../../src/db/parcels.ts';
import { rows } from '../../src/db/schema.ts';
import { eventAt, historyOf } from '../support/carriers/histories.ts';
import { runHere } from '../support/cli/run-here.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';

let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
const NUMBER = '390512345016';

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 2 });
  vi.stubEnv('DATABASE_URL', own.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
  await own.drop();
});

const json = async (...args: string[]) => {
  const { status, out, err } = await runHere(['alerts', ...args, '--json']);
  expect({ status, err }).toEqual({ status: null, err: '' });
  return JSON.parse(out) as unknown;
};

it('says so where there are none', async () => {
  expect(await json()).toEqual([]);
  expect((await runHere(['alerts'])).out).toBe('no parcel needs anybody\n');
});

it('a reason that there is not is wrong use, and told with those there are', async () => {
  const { status, out, err } = await runHere(['alerts', '--reason', 'lost']);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toMatch(/'lost' is invalid.* sent-back-soon, brought-back, exception, returned, silent/);
});

describe('a parcel that was brought back', () => {
  beforeAll(async () => {
    await givenBatch(database, 'b1');
    const [row] = await database.db
      .insert(rows)
      .values({ batchId: 'b1', row: 7, input: 'a', email: '', occurrence: 0, state: 'completed' })
      .returning();
    const day = (Date.now() - Date.parse('2026-01-01T10:00:00+09:00')) / 86_400_000 - 1;
    const history = historyOf([{ ...eventAt('持戻（住所不明）', day), office: '新宿営業所' }], day + 0.5);
    await database.db.transaction((tx) =>
      feedParcels(tx, [{ rowId: row?.id ?? 0, trackingNumber: NUMBER, orderNumber: null, history }]),
    );
  });

  it('is told as JSON, with its rows and the last day to act', async () => {
    expect(await json('--reason', 'brought-back')).toEqual([
      {
        reason: 'brought-back',
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        lastDay: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        carrier: 'yamato',
        trackingNumber: NUMBER,
        orderNumber: null,
        status: 'attempt_failed',
        subStatus: '住所不明',
        statusText: '持戻（住所不明）',
        notRegisteredDay: null,
        office: '新宿営業所',
        seenAt: expect.any(String),
        rows: [{ batchId: 'b1', row: 7, workbook: expect.any(String) }],
      },
    ]);
    expect(await json('--reason', 'silent')).toEqual([]);
  });

  it('and as a line', async () => {
    const { out } = await runHere(['alerts']);
    expect(out).toMatch(/^reason +lastDay +carrier +parcel +status +text +since +seenAt +rows\n/);
    expect(out).toMatch(
      new RegExp(`brought-back +\\S+ +yamato +${NUMBER} +attempt_failed \\(住所不明\\) .*:7\n$`),
    );
  });
});
