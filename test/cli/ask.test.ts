import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { createWebScraperClient } from '../../src/webscraper/client.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenJob, givenRow } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
const TOKEN = 'token-of-the-sandbox';
const SITEMAP = 1_423_671;
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let sandbox: Sandbox;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  [own, sandbox] = await Promise.all([ownDatabase(), startSandbox({ token: TOKEN, jobDurationMs: 1 })]);
  database = openDatabase(own.url, { maxConnections: 1 });
  env = { DATABASE_URL: own.url, WEBSCRAPER_API_URL: sandbox.url, WEBSCRAPER_API_TOKEN: TOKEN };
});

afterAll(async () => {
  await database.close();
  await sandbox.close();
  await own.drop();
  place.remove();
});

/** A batch with a published job a row, from row 2 on, each as the API knows it; no webhook ever comes. */
async function published(batchId: string, faults: readonly string[], more = {}): Promise<void> {
  await givenBatch(database, batchId, more);
  const webscraper = createWebScraperClient({ baseUrl: sandbox.url, token: TOKEN });
  for (const [index, fault] of faults.entries()) {
    const customId = `yto-${batchId}-${index}`;
    const startUrls = [`https://a.example/${batchId}/${index}?sandbox=${fault}`];
    const { value: scrapingJobId } = await webscraper.publish({ sitemapId: SITEMAP, startUrls, customId });
    const jobId = await givenJob(database, { batchId, customId, seq: index + 1, scrapingJobId });
    await givenRow(database, { batchId, row: index + 2, state: 'published' }, jobId);
  }
}

const checks = (batchId: string) => database.sql`
  select status from notifications where batch_id = ${batchId} and source = 'check' order by id`;

it('asks after every job in flight, whatever its deadline, also of an ended batch; what ended is to be read', async () => {
  await published('b1', ['job-gone', 'job-stuck'], { state: 'completed', finishedAt: new Date() });
  const { code, out, err } = await place.run(['ask', 'tracking:b1', '--why', 'it stands'], env);
  expect(code).toBe(0);
  expect(out).toMatch(
    /^row 2, scraping job \d+: failed, its result is read now\nrow 3, scraping job \d+: started\n$/,
  );
  expect(err).toMatch(/^batch b1 looks by itself within five minutes: Temporal is not configured\n$/);
  expect(await checks('b1')).toEqual([{ status: 'failed' }]);
  const actions = await database.sql`select action, why, details from actions where batch_id = 'b1'`;
  expect(actions).toEqual([{ action: 'ask', why: 'it stands', details: null }]);
  // Asked after by a person it does not come nearer to being given up.
  expect(await database.sql`select sum(asked)::int as asked from jobs`).toEqual([{ asked: 0 }]);
});

it('as JSON, and of the named rows alone', async () => {
  await published('b2', ['job-stuck', 'job-stuck']);
  const { code, out, err } = await place.run(['ask', 'b2', '--rows', '3,9', '--json'], env);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toEqual({
    asked: 1,
    ended: 0,
    waiting: [{ rows: [3], customId: 'yto-b2-1', scrapingJobId: expect.any(Number), says: 'started' }],
  });
});

it('nothing in flight: says so, exit 0', async () => {
  await givenBatch(database, 'b3');
  expect(await place.run(['ask', 'b3'], env)).toEqual({
    code: 0,
    out: 'batch b3: no job in flight to ask after\n',
    err: '',
  });
  const { code, out } = await place.run(['ask', 'b3', '--json'], env);
  expect({ code, ...JSON.parse(out) }).toEqual({ code: 0, asked: 0, ended: 0, waiting: [] });
});

it('an account that has no call free: what was told so far, and exit 1', async () => {
  await published('b4', ['job-stuck', 'job-stuck']);
  await database.sql`delete from calls`;
  await database.sql`insert into calls (kind, started_at, expires_at) values ('foreign', now(), now() + interval '5 minutes')`;
  const { code, out, err } = await place.run(['ask', 'b4', '--json'], { ...env, WEBSCRAPER_CALL_LIMIT: '2' });
  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 1, asked: 1, waiting: [{ rows: [2] }] });
  expect(err).toMatch(
    /^1 of 2 jobs not asked after: the account has no call free \([^\n]+\); ask again in [^\n]+\n$/,
  );
});
