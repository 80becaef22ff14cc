import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { rows } from '../../src/db/schema.ts';
import { runHere } from '../support/cli/run-here.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';
import { columnsWith } from '../support/db/whole-database.ts';

const ADDRESS = 'buyer1@example.jp';
const URL = `https://store.apple.com/go/jp/vieworder/W1234567/${ADDRESS}`;

let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 2 });
  vi.stubEnv('DATABASE_URL', own.url);
});
beforeEach(async () => {
  await givenBatch(database, 'b1', { state: 'completed', finishedAt: new Date() });
  await database.db.insert(rows).values([
    { batchId: 'b1', row: 2, input: 'W1234567', email: ADDRESS, occurrence: 0, state: 'completed', url: URL },
    { batchId: 'b1', row: 3, input: URL, email: '', occurrence: 0, state: 'failed', url: URL },
  ]);
  const jobId = await givenJob(database, { batchId: 'b1', customId: 'owt-b1-1', subjects: [URL] });
  await database.sql`insert into job_rows (job_id, row_id, subject) select ${jobId}, id, ${URL} from rows`;
  await database.sql`insert into actions (batch_id, action, by, why) values ('b1', 'pause', 'mika', ${`${ADDRESS} asked`})`;
});
afterEach(async () => {
  await database.sql`truncate batches cascade`;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
  await own.drop();
});

it('tells people what it forgot', async () => {
  const { status, out, err } = await runHere(['forget', ADDRESS]);
  expect({ status, err }).toEqual({ status: null, err: '' });
  expect(out.split('\n')).toEqual([
    'forgotten: 2 rows of 1 batches, and what 1 jobs held of them',
    '  1 in actions.why',
    '',
  ]);
  expect(await columnsWith(database, ADDRESS)).toEqual([]);
  expect(await columnsWith(database, 'W1234567')).toEqual([]);
});

it('tells programs in JSON, which does not say it once more', async () => {
  const { out } = await runHere(['forget', 'W1234567', '--json']);
  expect(JSON.parse(out)).toEqual({ rows: 2, jobs: 1, batches: 1, others: [], left: [] });
  const { out: shown } = await runHere(['rows', 'b1', '--json']);
  const reports = shown.trim().split('\n');
  for (const report of reports) expect(JSON.parse(report)).toMatchObject({ input: null, url: null });
  expect(reports).toHaveLength(2);
});

it.each([['x'], ['nobody'], ['123'], ['12345']])('%s: wrong use, exit 2', async (text) => {
  const { status, out, err } = await runHere(['forget', text]);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toMatch(
    /^an e-mail address or an order \(at least 6 characters, or 4 with a letter\) can be forgotten[^\n]+\n$/,
  );
});

it('a batch that runs: exit 1, naming it and its rows', async () => {
  await database.sql`update batches set state = 'running', finished_at = null`;
  const { status, out, err } = await runHere(['forget', ADDRESS]);
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(err).toMatch(/^batch b1, rows 2,3: it runs, and still needs them; [^\n]+; nothing was\n$/);
});
