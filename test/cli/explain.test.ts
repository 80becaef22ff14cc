import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { rows } from '../../src/db/schema.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 1 });
  env = { DATABASE_URL: own.url };
  await givenBatch(database, 'b1', { startedAt: new Date('2026-01-10T20:00:00Z'), sheet: 'Sheet1' });
  await database.db.insert(rows).values({
    batchId: 'b1',
    row: 7,
    input: '183792779166',
    trackingNumber: '183792779166',
    email: '',
    occurrence: 0,
    state: 'completed',
    source: 'yamato',
    result: '配達完了',
    status: 'delivered',
    completedAt: new Date('2026-01-10T20:05:00Z'),
  });
});

afterAll(async () => {
  await database.close();
  await own.drop();
  place.remove();
});

describe('explain', () => {
  it('as JSON: an array of events', async () => {
    const { code, out, err } = await place.run(['explain', 'tracking:b1', '7', '--json'], env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual([
      {
        at: '2026-01-10T20:00:00.000Z',
        what: 'imported',
        details: 'row 7, sheet Sheet1: 1837-9277-9166',
      },
      {
        at: '2026-01-10T20:05:00.000Z',
        what: 'result',
        details: 'from yamato: "配達完了", delivered',
      },
    ]);
  });

  it('for people: aligned lines', async () => {
    const { out } = await place.run(['explain', 'b1', '7'], env);
    expect(out).toBe(
      [
        'at                        what      details',
        '2026-01-10T20:00:00.000Z  imported  row 7, sheet Sheet1: 1837-9277-9166',
        '2026-01-10T20:05:00.000Z  result    from yamato: "配達完了", delivered',
        '',
      ].join('\n'),
    );
  });

  it('a row the batch has not: exit 1; what is no row: exit 2', async () => {
    expect(await place.run(['explain', 'b1', '8', '--json'], env)).toEqual({
      code: 1,
      out: '',
      err: 'batch b1 has no row 8; `tsuiseki rows b1` shows those it has\n',
    });
    expect(await place.run(['explain', 'b1', '1'], env)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('a whole number from 2 to 1048576'),
    });
  });
});
