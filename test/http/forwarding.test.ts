import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { forwardTrouble, putOffForward } from '../../src/db/forwards.ts';
import { notifications } from '../../src/db/schema.ts';
import { forwarding } from '../../src/http/forwarding.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import { FORM, JSON_BODY, testApp } from '../support/http/app.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import type { Received, Reply } from '../support/http/recording-server.ts';

const THEIRS = 'scrapingjob_id=77&status=finished&custom_id=owt-20260116-001-5&x=%E9%85%8D+a';
const OWN_BATCH = '261124-k3m9qx';
const OWN_ID = `yto-${OWN_BATCH}-1`;

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  await givenBatch(test.database, OWN_BATCH);
  // As it stands before its publish has an answer.
  await givenJob(test.database, {
    batchId: OWN_BATCH,
    customId: OWN_ID,
    state: 'publishing',
    scrapingJobId: null,
  });
  await givenJob(test.database, {
    batchId: OWN_BATCH,
    seq: 2,
    customId: 'celery-9',
    scrapingJobId: 9,
    attempt: 0,
  });
});
afterEach(async () => {
  await test.database.db.delete(notifications);
});
afterAll(() => test.drop());

/** Our endpoint, in front of another system that answers so. */
async function setUp(reply: (request: Received) => Reply = () => ({ status: 200 })) {
  const other = await recordingServer(reply);
  const warn = vi.fn();
  const forward = forwarding(test.database, `${other.url}/webhook/?token=theirs`, { warn });
  const http = testApp(test.database, { forward });
  const post = async (payload: string, headers: Record<string, string> = FORM) =>
    (
      await http.app.inject({
        method: 'POST',
        url: '/webhooks/webscraper?token=new',
        headers: { ...headers, 'x-webhook-token': 'new' },
        payload,
      })
    ).statusCode;
  return { other, warn, forward, post, http };
}

const kept = () => test.database.db.query.forwards.findMany();
const inbox = () => test.database.db.query.notifications.findMany();

describe('a notification for a job that is not ours', () => {
  it('is stored, and goes on as it came, without our token', async () => {
    const { other, post } = await setUp();
    expect(await post(THEIRS)).toBe(200);
    await vi.waitFor(async () => expect(await kept()).toMatchObject([{ endedAt: expect.any(Date) }]));
    expect(await kept()).toMatchObject([{ body: null, error: null }]);
    expect(await inbox()).toMatchObject([{ scrapingJobId: 77, outcome: 'forwarded', batchId: null }]);
    const [received] = other.received;
    expect(other.received).toHaveLength(1);
    expect(received).toMatchObject({
      url: '/webhook/?token=theirs',
      headers: { 'content-type': FORM['content-type'] },
    });
    expect(received?.body.toString()).toBe(THEIRS);
    expect(JSON.stringify([received?.url, received?.headers])).not.toMatch(/new|webhook-token/);
  });

  it('as JSON goes on as JSON, byte for byte', async () => {
    const { other, post } = await setUp();
    const body = '{ "scrapingjob_id" : 77,"status":"finished", "custom_id": null}';
    expect(await post(body, JSON_BODY)).toBe(200);
    await vi.waitFor(() => expect(other.received).toHaveLength(1));
    expect(other.received[0]).toMatchObject({ headers: JSON_BODY, body: Buffer.from(body) });
  });

  it('is answered at once, however long the other system takes', async () => {
    let answer = () => {};
    const after = new Promise<void>((resolve) => (answer = resolve));
    const { other, post } = await setUp(() => ({ status: 200, after }));
    expect(await post(THEIRS)).toBe(200);
    expect(await post(THEIRS)).toBe(200);
    answer();
    await vi.waitFor(async () => expect((await kept()).every(({ endedAt }) => endedAt !== null)).toBe(true));
    expect(other.received).toHaveLength(2);
  });

  it('waits in the database while the other system is down, and is sent once it is back', async () => {
    let status = 503;
    const { other, warn, post, forward } = await setUp(() => ({ status }));
    expect(await post(THEIRS)).toBe(200);
    await vi.waitFor(() => expect(warn).toHaveBeenCalled());
    expect(warn.mock.calls).toEqual([
      [
        { error: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 503; check WEBHOOK_FORWARD_URL$/) },
        'a notification could not be forwarded; the relay will',
      ],
    ]);
    expect(await kept()).toMatchObject([{ endedAt: null, body: Buffer.from(THEIRS) }]);
    expect(await inbox()).toMatchObject([{ outcome: 'unknown job' }]);

    status = 200;
    await test.database.sql`update forwards set try_after = now()`;
    forward?.();
    await vi.waitFor(async () => expect(await kept()).toMatchObject([{ endedAt: expect.any(Date) }]));
    expect(other.received.map(({ body }) => body.toString())).toEqual([THEIRS, THEIRS]);
  });

  it('that the other system finds malformed keeps none of the others', async () => {
    const statuses = [400, 200];
    const { other, warn, post } = await setUp(() => ({ status: statuses.shift() ?? 500 }));
    await post(THEIRS);
    await post(`${THEIRS}&second=1`);
    await vi.waitFor(() => expect(other.received).toHaveLength(2));
    await vi.waitFor(async () => expect((await kept()).every(({ endedAt }) => endedAt !== null)).toBe(true));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(await forwardTrouble(test.database.db)).toEqual({ waiting: 0, refused: 1 });
  });

  it.each([404, 500])('that the other system never takes (%i) keeps none of the others', async (status) => {
    const isBad = (body: Buffer) => body.toString().endsWith('&bad=1');
    const { other, warn, post, forward } = await setUp(({ body }) => ({
      status: isBad(body) ? status : 200,
    }));
    await post(`${THEIRS}&bad=1`);
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    // What came after it while nobody forwarded, as the relay finds it.
    await test.database.sql`update forwards set try_after = now() - interval '1 second'`;
    const [bad] = await kept();
    const waiting = testApp(test.database, { forward: () => {} });
    for (const second of [2, 3])
      await waiting.app.inject({
        method: 'POST',
        url: '/webhooks/webscraper?token=new',
        headers: FORM,
        payload: `${THEIRS}&n=${second}`,
      });
    forward?.();
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(2));
    const left = (await kept()).filter(({ endedAt }) => endedAt === null);
    expect(left).toMatchObject([{ notificationId: bad?.notificationId, error: null }]);
    expect(other.received.map(({ body }) => body.toString())).toEqual([
      `${THEIRS}&bad=1`,
      `${THEIRS}&bad=1`,
      `${THEIRS}&n=2`,
      `${THEIRS}&n=3`,
    ]);
  });

  it('that was not taken is tried again behind the others, later the longer it has waited', async () => {
    const { warn, post } = await setUp(() => ({ status: 500 }));
    await post(THEIRS);
    await vi.waitFor(() => expect(warn).toHaveBeenCalled());
    const { db, sql } = test.database;
    const putOffS = async (waited: string) => {
      await sql`update notifications set received_at = clock_timestamp() - ${waited}::interval`;
      const [one] = await kept();
      await putOffForward(db, one?.notificationId ?? 0);
      const [row] = await sql<{ s: number }[]>`
        select extract(epoch from try_after - clock_timestamp())::float8 as s from forwards`;
      return Math.round(row?.s ?? NaN);
    };
    expect(await putOffS('1 second')).toBe(15);
    expect(await putOffS('20 minutes')).toBe(120);
    expect(await putOffS('50 days')).toBe(600);
  });

  it('ends the run where no other would be taken: one request', async () => {
    const { other, warn, post, forward } = await setUp(() => ({
      status: 503,
      headers: { 'retry-after': '60' },
    }));
    await post(THEIRS);
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    await test.database.sql`update forwards set try_after = now()`;
    await test.database.sql`
      with more as (insert into notifications (source, scraping_job_id, status)
        select 'webhook', 78, 'finished' from generate_series(1, 3) returning id)
      insert into forwards (notification_id, content_type, body) select id, 'text/plain', 'x' from more`;
    forward?.();
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(2));
    expect(other.received).toHaveLength(2);
  });

  it('is refused while it cannot be kept: Web Scraper sends it again', async () => {
    const { post } = await setUp();
    await test.database.sql`alter table forwards rename to forwards_away`;
    onTestFinished(async () => {
      await test.database.sql`alter table forwards_away rename to forwards`;
    });
    expect(await post(THEIRS)).toBe(503);
  });
});

describe('what is ours goes nowhere', () => {
  it.each([
    ['that came before its publish was answered', `scrapingjob_id=500&status=finished&custom_id=${OWN_ID}`],
    ['of a job that was adopted', 'scrapingjob_id=9&status=finished&custom_id=celery-9'],
    ['of a job known by its id alone', 'scrapingjob_id=9&status=finished'],
    [
      'of our form, in a database that does not know it',
      'scrapingjob_id=4&status=finished&custom_id=owt-261124-zzzzzz-3',
    ],
  ])('a notification %s', async (_, payload) => {
    const { other, post } = await setUp();
    expect(await post(payload)).toBe(200);
    expect(await inbox()).toHaveLength(1);
    expect(await kept()).toEqual([]);
    expect(other.received).toEqual([]);
  });
});

it('a forward URL that leads back to us ends after one turn', async () => {
  const http = testApp(test.database);
  const self = await http.app.listen({ host: '127.0.0.1', port: 0 });
  await http.app.close();
  const { port } = new URL(self);
  const warn = vi.fn();
  const forward = forwarding(test.database, `${self}/webhooks/webscraper?token=new`, { warn });
  const { app } = testApp(test.database, { forward });
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: Number(port) });
  const headers = FORM;
  await app.inject({
    method: 'POST',
    url: '/webhooks/webscraper?token=new',
    headers,
    payload: THEIRS,
  });
  await vi.waitFor(async () => expect(await kept()).toMatchObject([{ endedAt: expect.any(Date) }]));
  expect(await inbox()).toHaveLength(2);
  expect(await kept()).toHaveLength(1);
});

it('without a forward URL nothing is kept for anybody', async () => {
  const { app } = testApp(test.database);
  await app.inject({
    method: 'POST',
    url: '/webhooks/webscraper?token=new',
    headers: FORM,
    payload: THEIRS,
  });
  expect(await inbox()).toHaveLength(1);
  expect(await kept()).toEqual([]);
});
