import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetricName } from '../../../src/http/metrics/catalogue.ts';
import { givenBatch, givenJob, givenRow } from '../../support/db/given-batch.ts';
import { testDatabase } from '../../support/db/test-database.ts';
import type { TestDatabase } from '../../support/db/test-database.ts';
import { testApp } from '../../support/http/app.ts';
import { valuesOf } from '../../support/metrics/exposition.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());
beforeEach(async () => {
  const { sql } = test.database;
  await sql`truncate batches, notifications, calls, account_clock, carrier_clock, carrier_requests, saves cascade`;
  await sql`insert into account_clock (id) values (1)`;
});

const text = async () => {
  const { app } = testApp(test.database, { callLimit: 150 });
  return (await app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body;
};
const figures = async (name: MetricName) => valuesOf(await text(), name);

/** Between that many seconds and so many more, for what the machine takes. */
const about = (seconds: number) =>
  expect.toSatisfy((value: number) => value >= seconds && value < seconds + 30);

async function call(kind: string, jobId: number | null, status: number | null, minutesAgo = 1) {
  const { sql } = test.database;
  await sql`insert into calls (kind, job_id, started_at, finished_at, http_status, expires_at)
    select ${kind}, ${jobId}, at, at, ${status}, at + interval '15 minutes'
    from (select now() - ${minutesAgo} * interval '1 minute' as at) moment`;
}

it('tells all of it of an empty system: nothing is the matter', async () => {
  const told = await text();
  expect(valuesOf(told, 'tsuiseki_part_up')).toEqual({ 'part=database': 1, 'part=temporal': 1 });
  for (const name of ['still', 'reading', 'unread', 'webhook_silence', 'save_waiting', 'account_closed'])
    expect(valuesOf(told, `tsuiseki_${name}_seconds`)).toEqual({ '': 0 });
  expect(valuesOf(told, 'tsuiseki_webhook_to_database_seconds')).toEqual({});
  expect(valuesOf(told, 'tsuiseki_process_resident_memory_bytes')).toEqual({
    'worker=http': expect.toSatisfy((bytes: number) => bytes > 20e6 && bytes < 4e9),
  });
});

describe('batches', () => {
  it('by state, and their rows; those that ended within a day', async () => {
    await givenBatch(test.database, 'runs');
    await givenBatch(test.database, 'held', { state: 'paused' });
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    await givenBatch(test.database, 'ended', { state: 'completed', finishedAt: hoursAgo(1) });
    await givenBatch(test.database, 'of old', { state: 'failed', finishedAt: hoursAgo(25) });
    const states = [
      'pending',
      'published',
      'published',
      'redirected',
      'completed',
      'failed',
      'invalid',
    ] as const;
    for (const [row, state] of states.entries())
      await givenRow(test.database, { batchId: row % 2 === 0 ? 'runs' : 'held', row, state });
    await givenRow(test.database, { batchId: 'ended', row: 2, state: 'completed' });
    await givenRow(test.database, { batchId: 'of old', row: 2, state: 'failed' });
    const told = await text();
    expect(valuesOf(told, 'tsuiseki_batches')).toEqual({ 'state=running': 1, 'state=paused': 1 });
    expect(valuesOf(told, 'tsuiseki_batches_ended_last_day')).toEqual({ 'state=completed': 1 });
    expect(valuesOf(told, 'tsuiseki_rows')).toEqual({
      'state=pending': 1,
      'state=published': 2,
      'state=redirected': 1,
      'state=completed': 1,
      'state=failed': 1,
      'state=invalid': 1,
    });
    expect(valuesOf(told, 'tsuiseki_rows_unwritten')).toEqual({ '': 1 });
    expect(valuesOf(told, 'tsuiseki_batches_unwritten')).toEqual({ '': 1 });
  });

  it('their jobs', async () => {
    await givenBatch(test.database, 'runs');
    for (const [seq, state] of (
      ['pending', 'pending', 'published', 'publishing', 'completed'] as const
    ).entries())
      await givenJob(test.database, { batchId: 'runs', customId: `c${seq}`, seq, state });
    expect(await figures('tsuiseki_jobs')).toEqual({ 'state=pending': 2, 'state=in_flight': 2 });
  });

  it('the one whose workbook has waited longest to be read', async () => {
    await givenBatch(test.database, 'read', { sheet: 'Sheet1', startedAt: new Date(Date.now() - 900_000) });
    await givenBatch(test.database, 'waits', { startedAt: new Date(Date.now() - 400_000) });
    await givenBatch(test.database, 'waits less', { startedAt: new Date(Date.now() - 100_000) });
    expect(await figures('tsuiseki_reading_seconds')).toEqual({ '': about(400) });
  });

  it('the one that stands still: not since its start, nor one that is paused', async () => {
    const openedAt = new Date(Date.now() - 7_200_000);
    for (const [id, movedAgo] of [
      ['moves', 60],
      ['still', 5_000],
      ['held', 7_000],
    ] as const) {
      await givenBatch(test.database, id, { openedAt, state: id === 'held' ? 'paused' : 'running' });
      await givenRow(test.database, { batchId: id, row: 2, state: 'pending' });
      await test.database
        .sql`update batch_figures set revision = ${Date.now() - movedAgo * 1_000} where batch_id = ${id}`;
    }
    await givenBatch(test.database, 'no rows yet', { openedAt: new Date(Date.now() - 200_000) });
    expect(await figures('tsuiseki_still_seconds')).toEqual({ '': about(5_000) });
    await test.database.sql`update batches set finished_at = now() where id = 'still'`;
    expect(await figures('tsuiseki_still_seconds')).toEqual({ '': about(200) });
  });

  it('a save that waits to be examined', async () => {
    await test.database.sql`insert into saves (workbook, source, received_at, examined_at) values
      ('a', 'sweep', now() - interval '9 hours', now()), ('b', 'sweep', now() - interval '500 seconds', null)`;
    expect(await figures('tsuiseki_save_waiting_seconds')).toEqual({ '': about(500) });
  });
});

describe('lookups of the last hour', () => {
  it('publishes by outcome: a refusal is no failure, one under way is neither', async () => {
    for (const status of [200, 200, 200, 429, 401, 402, 403, 422, 500, null])
      await call('publish', null, status);
    await call('publish', null, 200, 61);
    await call('download', null, 500);
    await test.database
      .sql`insert into calls (kind, started_at, expires_at) values ('publish', now(), now())`;
    expect(await figures('tsuiseki_publishes_last_hour')).toEqual({
      'outcome=taken': 3,
      'outcome=refused': 4,
      'outcome=failed': 3,
    });
  });

  it('requests to carriers', async () => {
    await test.database
      .sql`insert into carrier_requests (carrier, job_id, started_at, finished_at, pause_ms, error) values
      ('yamato', 1, now(), now(), 0, null), ('yamato', 1, now(), now(), 0, null), ('yamato', 1, now(), now(), 0, 'captcha'),
      ('yamato', 1, now(), null, 0, null), ('yamato', 1, now() - interval '2 hours', now(), 0, null)`;
    expect(await figures('tsuiseki_carrier_requests_last_hour')).toEqual({
      'carrier=yamato,outcome=answered': 2,
      'carrier=yamato,outcome=failed': 1,
    });
  });

  it('rows by task: completed, empty pages, other failures; each once, by its latest job', async () => {
    await givenBatch(test.database, 'b');
    const job = async (n: number, minutesAgo: number) => {
      const jobId = await givenJob(test.database, {
        batchId: 'b',
        customId: `c${n}`,
        seq: n,
        state: 'completed',
      });
      await call('publish', jobId, 200, minutesAgo);
      return jobId;
    };
    const errors = [
      'its page came back empty',
      'no record came back for its URL',
      "the records of shop.example hold none of the task's fields",
      'its page could not be loaded',
    ];
    const jobId = await job(1, 5);
    for (const [row, error] of errors.entries())
      await givenRow(test.database, { batchId: 'b', row, state: 'failed', error }, jobId);
    await givenRow(test.database, { batchId: 'b', row: 9, state: 'published' }, jobId);
    const again = await job(2, 3);
    await givenRow(test.database, { batchId: 'b', row: 10, state: 'completed' }, jobId);
    await test.database
      .sql`insert into job_rows select ${again}, row_id, subject from job_rows where job_id = ${jobId}`;
    await givenRow(test.database, { batchId: 'b', row: 11, state: 'completed' }, await job(3, 70));
    expect(await figures('tsuiseki_rows_last_hour')).toEqual({
      'task=yamato_tracking_only,outcome=completed': 1,
      'task=yamato_tracking_only,outcome=empty': 3,
      'task=yamato_tracking_only,outcome=failed': 1,
    });
  });

  it('a redirected row counts for the task that asked last, one that a carrier was asked for, too', async () => {
    await givenBatch(test.database, 'b');
    const first = await givenJob(test.database, { batchId: 'b', customId: 'c1' });
    const task = 'redirect_to_japan_post_tracking';
    const second = await givenJob(test.database, { batchId: 'b', customId: 'c2', seq: 2, task });
    const asked = { sitemapId: null, carrier: 'yamato', task: 'yamato_tracking_10' } as const;
    const direct = await givenJob(test.database, { batchId: 'b', customId: 'c3', seq: 3, ...asked });
    await call('publish', first, 200);
    await call('publish', second, 200);
    await givenRow(test.database, { batchId: 'b', row: 2, state: 'completed' }, first);
    await givenRow(test.database, { batchId: 'b', row: 3, state: 'failed', error: 'gone' }, direct);
    await test.database
      .sql`insert into job_rows select ${second}, row_id, subject from job_rows where job_id = ${first}`;
    await test.database.sql`insert into carrier_requests (carrier, job_id, started_at, finished_at, pause_ms)
      values ('yamato', ${direct}, now(), now(), 0)`;
    const rows = await figures('tsuiseki_rows_last_hour');
    expect(Object.entries(rows).filter(([, count]) => count > 0)).toEqual(
      expect.arrayContaining([
        ['task=redirect_to_japan_post_tracking,outcome=completed', 1],
        ['task=yamato_tracking_10,outcome=failed', 1],
      ]),
    );
    expect(Object.keys(rows)).toHaveLength(6);
  });

  it("carriers' texts that nobody knows, but not numbers that nobody knows", async () => {
    await givenBatch(test.database, 'b');
    const jobId = await givenJob(test.database, { batchId: 'b', customId: 'c', state: 'completed' });
    await call('publish', jobId, 200);
    const texts = [
      ['unknown', '新しい状態'],
      ['unknown', '伝票番号未登録'],
      ['unknown', '伝票番号誤り'],
      ['unknown', '＊＊ お問い合わせ番号が見つかりません。'],
      ['unknown', null],
      ['delivered', '配達完了'],
    ] as const;
    for (const [row, [status, statusText]] of texts.entries())
      await givenRow(test.database, { batchId: 'b', row, state: 'completed', status, statusText }, jobId);
    expect(await figures('tsuiseki_unknown_texts_last_hour')).toEqual({ 'task=yamato_tracking_only': 1 });
  });
});

describe('the budget', () => {
  it('what counts now, by kind, and downloads owed', async () => {
    for (const kind of ['publish', 'publish', 'download', 'check', 'foreign']) await call(kind, null, 200);
    await call('publish', null, 200, 16);
    await givenBatch(test.database, 'b');
    await givenJob(test.database, { batchId: 'b', customId: 'c', owesDownload: true });
    const told = await text();
    expect(valuesOf(told, 'tsuiseki_calls')).toEqual({
      'kind=publish': 2,
      'kind=download': 1,
      'kind=check': 1,
      'kind=foreign': 1,
      'kind=owed': 1,
    });
    expect(valuesOf(told, 'tsuiseki_call_limit')).toEqual({ '': 150 });
  });

  it('closed until, and held', async () => {
    await test.database
      .sql`update account_clock set closed_until = now() + interval '300 seconds', held_reason = 'token'`;
    const told = await text();
    expect(valuesOf(told, 'tsuiseki_account_closed_seconds')).toEqual({ '': about(271) });
    expect(valuesOf(told, 'tsuiseki_account_held')).toEqual({ '': 1 });
    await test.database
      .sql`update account_clock set closed_until = now() - interval '1 second', held_reason = null`;
    const after = await text();
    expect(valuesOf(after, 'tsuiseki_account_closed_seconds')).toEqual({ '': 0 });
    expect(valuesOf(after, 'tsuiseki_account_held')).toEqual({ '': 0 });
  });
});

describe('the inbox', () => {
  async function told(jobId: number | null, secondsAgo: number, outcome: string | null, source = 'webhook') {
    await test.database
      .sql`insert into notifications (received_at, source, scraping_job_id, status, batch_id, job_id, outcome)
      values (now() - ${secondsAgo} * interval '1 second', ${source}, 1, 'finished', ${jobId === null ? null : 'b'}, ${jobId}, ${outcome})`;
  }

  it('what became of notifications of the last hour, unmatched ones among them', async () => {
    await givenBatch(test.database, 'b');
    const jobId = await givenJob(test.database, { batchId: 'b', customId: 'c', state: 'completed' });
    await told(jobId, 4_000, 'processed');
    await told(jobId, 10, 'processed');
    await told(jobId, 10, 'processed', 'check');
    await told(null, 10, 'unknown job');
    await told(null, 10, 'unknown job');
    await told(jobId, 10, 'disagrees');
    await told(jobId, 10, null);
    expect(await figures('tsuiseki_notifications_last_hour')).toEqual({
      'source=webhook,outcome=processed': 1,
      'source=check,outcome=processed': 1,
      'source=webhook,outcome=unknown job': 2,
      'source=webhook,outcome=disagrees': 1,
      'source=webhook,outcome=unread': 1,
    });
  });

  it('from the first webhook of a job to its results', async () => {
    await givenBatch(test.database, 'b');
    for (const [seq, tookS] of [2, 4, 100].entries()) {
      const finishedAt = new Date();
      const jobId = await givenJob(test.database, {
        batchId: 'b',
        customId: `c${seq}`,
        seq,
        state: 'completed',
        finishedAt,
      });
      await told(jobId, tookS, 'processed');
      await told(jobId, 1, 'processed');
    }
    const finishedAt = new Date();
    const found = await givenJob(test.database, { batchId: 'b', customId: 'by asking', seq: 9, finishedAt });
    await told(found, 900, 'processed', 'check');
    const delays = await figures('tsuiseki_webhook_to_database_seconds');
    expect(delays['quantile=0.5']).toBeCloseTo(4, 0);
    expect(delays['quantile=0.95']).toBeCloseTo(90.4, 0);
    expect(delays['quantile=1']).toBeCloseTo(100, 0);
  });

  it('the oldest that is unread and may be read', async () => {
    await givenBatch(test.database, 'b');
    const waiting = new Date(Date.now() + 60_000);
    const later = await givenJob(test.database, { batchId: 'b', customId: 'c1', readAfter: waiting });
    await told(later, 500, null);
    expect(await figures('tsuiseki_unread_seconds')).toEqual({ '': 0 });
    await told(await givenJob(test.database, { batchId: 'b', customId: 'c2', seq: 2 }), 90, null);
    expect(await figures('tsuiseki_unread_seconds')).toEqual({ '': about(90) });
  });

  it('silence: jobs at work, and no webhook; an idle system is not silent', async () => {
    await told(null, 9_000, 'unknown job');
    expect(await figures('tsuiseki_webhook_silence_seconds')).toEqual({ '': 0 });
    await givenBatch(test.database, 'b');
    const publishedAt = new Date(Date.now() - 2_000_000);
    const asked = { sitemapId: null, carrier: 'yamato', publishedAt } as const;
    await givenJob(test.database, { batchId: 'b', customId: 'direct', seq: 2, ...asked });
    expect(await figures('tsuiseki_webhook_silence_seconds')).toEqual({ '': 0 });
    await givenJob(test.database, { batchId: 'b', customId: 'c', publishedAt });
    expect(await figures('tsuiseki_webhook_silence_seconds')).toEqual({ '': about(2_000) });
    await told(null, 300, 'unknown job', 'check');
    expect(await figures('tsuiseki_webhook_silence_seconds')).toEqual({ '': about(2_000) });
    await told(null, 300, 'unknown job');
    expect(await figures('tsuiseki_webhook_silence_seconds')).toEqual({ '': about(300) });
  });
});
