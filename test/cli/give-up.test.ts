import { userInfo } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenJob, givenRow } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 1 });
  env = { DATABASE_URL: own.url };
  await givenBatch(database, 'b1', { state: 'completed', finishedAt: new Date() });
  for (const row of [2, 3]) {
    const jobId = await givenJob(database, { batchId: 'b1', customId: `c${row}`, seq: row });
    await givenRow(database, { batchId: 'b1', row, state: 'published' }, jobId);
  }
});

afterAll(async () => {
  await database.close();
  await own.drop();
  place.remove();
});

it('rows of an ended batch fail with who and why; the status is told', async () => {
  const args = ['give-up', 'tracking:b1', '--rows', '3', '--why', 'lost parcel', '--json'];
  const { code, out } = await place.run(args, env);
  expect({ code, ...JSON.parse(out) }).toMatchObject({
    code: 0,
    batchId: 'b1',
    counts: { total: 2, published: 1, failed: 1 },
  });
  const rows = await database.sql`select error from rows where row = 3`;
  expect(rows).toEqual([{ error: `given up by ${userInfo().username}: lost parcel` }]);
});

it('others: exit 1, named in one line', async () => {
  const { code, out, err } = await place.run(['give-up', 'b1', '--rows', '2-4'], env);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(
    /^batch b1: only rows [^\n]+, not 3 \(failed\), 4 \(not in it\); nothing was changed\n$/,
  );
});

it('without rows: exit 2', async () => {
  expect(await place.run(['give-up', 'b1'], env)).toMatchObject({
    code: 2,
    err: "error: required option '--rows <rows>' not specified (--help shows how)\n",
  });
});
