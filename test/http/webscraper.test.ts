import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notifications } from '../../src/db/schema.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import { FORM, JSON_BODY, testApp } from '../support/http/app.ts';

let test: TestDatabase;
let jobId: number;
let http: ReturnType<typeof testApp>;

beforeAll(async () => {
  test = await testDatabase();
  await givenBatch(test.database, 'b1');
  jobId = await givenJob(test.database, { batchId: 'b1', customId: 'yto-b1-1', scrapingJobId: 500 });
});

afterAll(() => test.drop());

beforeEach(async () => {
  await test.database.db.delete(notifications);
  http = testApp(test.database);
});

const inbox = () => test.database.db.select().from(notifications);

interface Post {
  url?: string;
  headers?: Record<string, string>;
  payload?: string;
}

const FIELDS = 'scrapingjob_id=500&status=finished&sitemap_id=1423671&sitemap_name=yto&custom_id=yto-b1-1';

function post({ url = '/webhooks/webscraper?token=new', headers = FORM, payload = FIELDS }: Post = {}) {
  return http.app.inject({ method: 'POST', url, headers, payload });
}

describe('a notification', () => {
  it('as a form is stored, answered, and told to its batch', async () => {
    const answer = await post();
    expect([answer.statusCode, answer.json()]).toEqual([200, { stored: true }]);
    expect(await inbox()).toMatchObject([
      {
        source: 'webhook',
        scrapingJobId: 500,
        customId: 'yto-b1-1',
        sitemapId: 1_423_671,
        status: 'finished',
        batchId: 'b1',
        jobId,
        outcome: null,
      },
    ]);
    expect(http.notify.mock.calls).toEqual([['b1']]);
  });

  it.each([
    ['numbers', { scrapingjob_id: 500, status: 'failed', sitemap_id: 7, custom_id: 'yto-b1-1' }],
    ['texts', { scrapingjob_id: '500', status: 'failed', sitemap_id: '7', custom_id: 'yto-b1-1' }],
  ])('as JSON with %s is the same', async (_kind, body) => {
    const answer = await post({ headers: JSON_BODY, payload: JSON.stringify(body) });
    expect(answer.statusCode).toBe(200);
    expect(await inbox()).toMatchObject([{ scrapingJobId: 500, sitemapId: 7, status: 'failed', jobId }]);
  });

  it('with a charset is read all the same', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    expect((await post({ headers })).statusCode).toBe(200);
  });

  it('without custom_id finds its job by the id the API gave it', async () => {
    await post({ payload: 'scrapingjob_id=500&status=finished' });
    expect(await inbox()).toMatchObject([{ customId: null, sitemapId: null, batchId: 'b1', jobId }]);
  });

  it('belongs to the job of its custom_id, whichever other has that scraping job', async () => {
    await givenBatch(test.database, 'b2', { finishedAt: new Date() });
    const other = await givenJob(test.database, { batchId: 'b2', customId: 'yto-b2-1' });
    await post({ payload: 'scrapingjob_id=500&status=finished&custom_id=yto-b2-1' });
    expect(await inbox()).toMatchObject([{ batchId: 'b2', jobId: other }]);
  });

  it('about a job nobody knows is kept', async () => {
    const answer = await post({ payload: 'scrapingjob_id=77&status=finished&custom_id=someone-else' });
    expect(answer.statusCode).toBe(200);
    expect(await inbox()).toMatchObject([
      { scrapingJobId: 77, customId: 'someone-else', batchId: null, jobId: null, outcome: 'unknown job' },
    ]);
    expect(http.notify).not.toHaveBeenCalled();
    expect(http.logger.warn).toHaveBeenCalledWith(
      { scrapingJobId: 77 },
      'a notification for an unknown job was kept',
    );
  });

  it('that comes again is kept again', async () => {
    expect((await post()).statusCode).toBe(200);
    expect((await post()).statusCode).toBe(200);
    expect(await inbox()).toHaveLength(2);
  });

  it('of a status nobody knows is kept as it is', async () => {
    await post({ payload: 'scrapingjob_id=500&status=scheduling' });
    expect(await inbox()).toMatchObject([{ status: 'scheduling' }]);
  });

  it('is answered before its batch is told, and when the batch cannot be told', async () => {
    const notify = () => Promise.reject(new Error('14 UNAVAILABLE'));
    http = testApp(test.database, { notify });
    expect((await post()).statusCode).toBe(200);
    expect(await inbox()).toHaveLength(1);
    expect(http.logger.warn).toHaveBeenCalledWith(
      { batchId: 'b1', error: '14 UNAVAILABLE' },
      'not signalled; the relay will',
    );
    http = testApp(test.database, { notify: () => new Promise(() => {}) });
    expect((await post()).statusCode).toBe(200);
  });
});

describe('the token', () => {
  it.each([
    ['in ?token=', '/webhooks/webscraper?token=new', {}],
    ['in ?t=', '/webhooks/webscraper?t=new', {}],
    ['in the header', '/webhooks/webscraper', { 'x-webhook-token': 'new' }],
    ['before the change', '/webhooks/webscraper?token=old', {}],
    ['in one place of two', '/webhooks/webscraper?token=wrong', { 'x-webhook-token': 'old' }],
  ])('%s opens', async (_where, url, header) => {
    expect((await post({ url, headers: { ...FORM, ...header } })).statusCode).toBe(200);
  });

  it.each([
    ['none', '/webhooks/webscraper', {}],
    ['an empty one', '/webhooks/webscraper?token=', {}],
    ['a wrong one', '/webhooks/webscraper?token=wrong', {}],
    ['the beginning of one', '/webhooks/webscraper?token=ne', {}],
    ['more than one', '/webhooks/webscraper?token=newer', {}],
    ['another case', '/webhooks/webscraper?token=NEW', {}],
    ['the whole list', '/webhooks/webscraper?token=new,old', {}],
    ['given twice', '/webhooks/webscraper?token=new&token=new', {}],
    ['in a header of another name', '/webhooks/webscraper', { authorization: 'new' }],
    ['of great length', `/webhooks/webscraper?token=${'new'.repeat(2_000)}`, {}],
  ])('%s: 401, nothing kept', async (_what, url, header) => {
    const answer = await post({ url, headers: { ...FORM, ...header } });
    expect([answer.statusCode, answer.json()]).toEqual([401, { error: 'wrong token' }]);
    expect(await inbox()).toEqual([]);
  });

  it('comes before the body', async () => {
    const answer = await post({ url: '/webhooks/webscraper?t=x', headers: JSON_BODY, payload: '{' });
    expect(answer.statusCode).toBe(401);
  });
});

describe('what is malformed: 400, nothing kept', () => {
  const json = (body: unknown) => ({ headers: JSON_BODY, payload: JSON.stringify(body) });
  it.each<[string, Post]>([
    ['an empty form', { payload: '' }],
    ['a form of other fields', { payload: 'a=b' }],
    ['no status', { payload: 'scrapingjob_id=500' }],
    ['an empty status', { payload: 'scrapingjob_id=500&status=' }],
    ['no job', { payload: 'status=finished' }],
    ['job 0', { payload: 'scrapingjob_id=0&status=finished' }],
    ['a negative job', { payload: 'scrapingjob_id=-5&status=finished' }],
    ['a job of letters', { payload: 'scrapingjob_id=five&status=finished' }],
    ['a job beyond all numbers', { payload: `scrapingjob_id=${'9'.repeat(19)}&status=finished` }],
    ['a job given twice', { payload: 'scrapingjob_id=5&scrapingjob_id=6&status=finished' }],
    ['a status without end', { payload: `scrapingjob_id=5&status=${'x'.repeat(256)}` }],
    ['a status with a NUL', { payload: 'scrapingjob_id=5&status=fin%00ished' }],
    ['no JSON', { headers: JSON_BODY, payload: '{' }],
    ['an empty body called JSON', { headers: JSON_BODY, payload: '' }],
    ['JSON null', json(null)],
    ['a JSON list', json([{ scrapingjob_id: 5, status: 'finished' }])],
    ['a JSON text', json('finished')],
    ['a job of halves', json({ scrapingjob_id: 5.5, status: 'finished' })],
    ['a job as an object', json({ scrapingjob_id: { id: 5 }, status: 'finished' })],
    ['a status as a list', json({ scrapingjob_id: 5, status: ['finished'] })],
    [
      'a prototype',
      { headers: JSON_BODY, payload: '{"__proto__":{"scrapingjob_id":5,"status":"finished"}}' },
    ],
    ['a text', { headers: { 'content-type': 'text/plain' } }],
    ['XML', { headers: { 'content-type': 'application/xml' }, payload: '<a/>' }],
    ['a body of no type', { headers: {} }],
  ])('%s', async (_what, request) => {
    const answer = await post(request);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/^malformed: [^\n]+$/) });
    expect(await inbox()).toEqual([]);
    expect(http.logger.error).not.toHaveBeenCalled();
  });

  it('a body of more than 64 kB is too large', async () => {
    const answer = await post({ payload: `${FIELDS}&more=${'x'.repeat(65_536)}` });
    expect(answer.statusCode).toBe(413);
    expect(await inbox()).toEqual([]);
  });

  it('what is wrong beside job and status does no harm', async () => {
    const body = { scrapingjob_id: 500, status: 'finished', sitemap_id: 'x', custom_id: 'a\0b' };
    expect((await post(json(body))).statusCode).toBe(200);
    expect(await inbox()).toMatchObject([{ jobId, sitemapId: null, customId: null }]);
  });

  it('half a surrogate pair, which no JSON of a database may hold, is stored as what it would come back as', async () => {
    const body = { scrapingjob_id: 500, status: 'fin\ud800', custom_id: 'a\ud800' };
    expect((await post(json(body))).statusCode).toBe(200);
    expect(await inbox()).toMatchObject([{ jobId, status: 'fin\uFFFD', customId: 'a\uFFFD' }]);
  });
});

describe('other requests', () => {
  it.each([
    ['GET', '/webhooks/webscraper?token=new'],
    ['PUT', '/webhooks/webscraper?token=new'],
    ['POST', '/webhooks/webscraper/?token=new'],
    ['POST', '/webhooks/other?token=new'],
    ['GET', '/nowhere'],
  ] as const)('%s %s: 404', async (method, url) => {
    const answer = await http.app.inject({ method, url });
    expect([answer.statusCode, answer.json()]).toEqual([404, { error: 'no such endpoint' }]);
  });
});
