import { afterEach, describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { setBatchState } from '../../../src/db/batches.ts';
import type {
  AccountView,
  BatchList,
  BatchView,
  Me,
  RowPage,
  RowStory,
} from '../../../src/http/api/contract.ts';
import { batchOf, orderUrl } from '../../support/activities/batch.ts';
import { oneRound } from '../../support/activities/rounds.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { testApi } from '../../support/http/api.ts';
import { beginDoubt } from '../../../src/db/installation.ts';
import { testApp } from '../../support/http/app.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const TAG = '<img src=x onerror=alert(1)>';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

function appOn(stage: Stage): FastifyInstance {
  const { database } = stage;
  app = testApp(database, { api: testApi(database) }).app;
  return app;
}

async function get(url: string, headers: Record<string, string> = {}) {
  const asked = { method: 'GET' as const, url, headers: { host: 'localhost', ...headers } };
  if (app === null) throw new Error('no app');
  const answer = await app.inject(asked);
  return { status: answer.statusCode, headers: answer.headers, text: answer.body };
}

async function json<T>(url: string): Promise<T> {
  const { status, text } = await get(url);
  expect({ status, text }).toMatchObject({ status: 200 });
  return JSON.parse(text) as T;
}

describe('what the page is told', () => {
  it('says who looks, and what can be started', async () => {
    appOn(await stageWith());
    const me = await json<Me>('/api/me');
    expect(me).toMatchObject({ name: 'local', role: 'operator', canSignOut: false });
    expect(me.tasks).toContainEqual({ name: 'yamato_tracking_10', filePrefix: 'YT10-' });
    expect(me.tasks.map(({ name }) => name)).not.toContain('redirect_to_japan_post_tracking');
  });

  it('lists batches newest first, by state, by a part of the name, page by page', async () => {
    const stage = await stageWith();
    appOn(stage);
    const ids: string[] = [];
    for (const serial of [1, 2, 3])
      ids.unshift(
        await batchOf(stage, TASK, [orderUrl(serial)], { workbook: `/data/OWT-大阪_${serial}.xlsx` }),
      );
    await setBatchState(stage.db, ids[0]!, 'completed', null);
    const list = await json<BatchList>('/api/batches');
    expect(list.batches.map(({ batchId }) => batchId)).toEqual(ids);
    expect(list.counts).toMatchObject({ running: 2, completed: 1, failed: 0 });
    expect(list.next).toBeNull();
    const running = await json<BatchList>('/api/batches?state=running&limit=1');
    expect(running.batches.map(({ batchId }) => batchId)).toEqual([ids[1]]);
    const more = await json<BatchList>(`/api/batches?state=running&limit=1&before=${running.next}`);
    expect(more.batches.map(({ batchId }) => batchId)).toEqual([ids[2]]);
    expect(more.next).toBeNull();
    const named = await json<BatchList>(`/api/batches?q=${encodeURIComponent('大阪_2')}`);
    expect(named.batches.map(({ batchId }) => batchId)).toEqual([ids[1]]);
    expect((await json<BatchList>('/api/batches?q=%25')).batches).toEqual([]);
  });

  it('shows a batch with its failures by reason, and its rows by state, reason and text', async () => {
    const stage = await stageWith();
    appOn(stage);
    const inputs = [orderUrl(1), orderUrl(2, 'empty'), '?', '', TAG, orderUrl(77)];
    const batchId = await batchOf(stage, TASK, inputs);
    await oneRound(stage, batchId);
    const view = await json<BatchView>(`/api/batches/${batchId}`);
    expect(view.status.counts).toMatchObject({ total: 6, completed: 2, failed: 1, invalid: 3 });
    expect(view.reasons).toEqual([
      { reason: 'no-order', state: 'invalid', rows: 2, example: expect.stringContaining('holds no URL') },
      { reason: 'empty-cell', state: 'invalid', rows: 1, example: 'the input cell is empty' },
      { reason: 'empty-page', state: 'failed', rows: 1, example: 'its page came back empty' },
    ]);
    expect(view.inFlight).toEqual({ jobs: 0, lastAt: null });
    const rowsOf = async (query: string) => {
      const page = await json<RowPage>(`/api/batches/${batchId}/rows?${query}`);
      return { ...page, rows: page.rows.map(({ row }) => row) };
    };
    expect(await rowsOf('')).toEqual({ rows: [2, 3, 4, 5, 6, 7], found: 6, next: null });
    expect(await rowsOf('state=completed')).toEqual({ rows: [2, 7], found: 2, next: null });
    expect(await rowsOf('reason=no-order&state=invalid')).toEqual({ rows: [4, 6], found: 2, next: null });
    expect(await rowsOf('q=w1000077')).toEqual({ rows: [7], found: 1, next: null });
    expect(await rowsOf('q=%25')).toEqual({ rows: [], found: 0, next: null });
    const first = await rowsOf('limit=2');
    expect(first).toEqual({ rows: [2, 3], found: 6, next: 3 });
    expect((await rowsOf(`limit=4&after=${first.next}`)).rows).toEqual([4, 5, 6, 7]);
    const all = await json<RowPage>(`/api/batches/${batchId}/rows`);
    expect(all.rows[4]).toMatchObject({ input: TAG, state: 'invalid', reason: 'no-order' });
    expect(all.rows[0]).toMatchObject({ state: 'completed', reason: null, error: null });
  });

  it('keeps rows that share a number on one page', async () => {
    const stage = await stageWith();
    appOn(stage);
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2), orderUrl(3)]);
    await stage.database.sql`update rows set row = 3 where row = 4`;
    const first = await json<RowPage>(`/api/batches/${batchId}/rows?limit=2`);
    expect(first.rows.map(({ row }) => row)).toEqual([2]);
    const rest = await json<RowPage>(`/api/batches/${batchId}/rows?limit=2&after=${first.next}`);
    expect(rest.rows.map(({ row }) => row)).toEqual([3, 3]);
    const one = await json<RowPage>(`/api/batches/${batchId}/rows?limit=1&after=2`);
    expect(one).toMatchObject({ rows: [{ row: 3 }, { row: 3 }], found: 3, next: 3 });
  });

  it("tells a row's story, and of one that is not there", async () => {
    const stage = await stageWith();
    stage.time.nowMs = Date.now();
    appOn(stage);
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await oneRound(stage, batchId);
    const { events } = await json<RowStory>(`/api/batches/${batchId}/rows/2`);
    expect(events.map(({ what }) => what).sort()).toEqual([
      'downloaded',
      'imported',
      'notified',
      'published',
      'result',
    ]);
    expect(JSON.stringify(events)).not.toContain('example.jp');
    for (const row of ['3', '0', '-1', 'x', '99999999999'])
      expect(await get(`/api/batches/${batchId}/rows/${row}`)).toMatchObject({ status: 404 });
  });

  it('gives failed rows, or all, as a CSV in which nothing is run', async () => {
    const stage = await stageWith();
    appOn(stage);
    const batchId = await batchOf(stage, TASK, [orderUrl(1), '=HYPERLINK("http://x")', '@x', '+1']);
    const { text, headers } = await get(`/api/batches/${batchId}/failed.csv`);
    expect(headers['content-disposition']).toContain(`failed-${batchId}.csv`);
    expect(text).toMatch(/^\uFEFFrow,input,.*warnings,reason,subStatus,notRegisteredDay\r\n/);
    expect(text).toContain(`3,"'=HYPERLINK(""http://x"")",`);
    expect(text).toContain(`"'@x"`);
    expect(text).toContain(`"'+1"`);
    expect(text.trimEnd().split('\r\n')).toHaveLength(4);
    const all = await get(`/api/batches/${batchId}/rows.csv`);
    expect(all.headers['content-disposition']).toContain(`rows-${batchId}.csv`);
    expect(all.text.trimEnd().split('\r\n')).toHaveLength(5);
  });

  it('is not sent again while it is as it was', async () => {
    const stage = await stageWith();
    appOn(stage);
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    for (const url of ['/api/batches', `/api/batches/${batchId}`, `/api/batches/${batchId}/rows`]) {
      const first = await get(url);
      const etag = String(first.headers.etag);
      expect(first.headers['cache-control']).toBe('private, no-cache');
      expect(await get(url, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    }
  });

  it("shows the account's hour, and queues without a worker", async () => {
    const stage = await stageWith();
    stage.time.nowMs = Date.now();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await oneRound(stage, batchId);
    await stage.database.sql`update task_drift set held_since = now(), held_reason = '10 came back odd'`;
    const queue = { queue: 'publish_tracking_queue', worker: 'publish_tracking', polled: false, backlog: 3 };
    const { database } = stage;
    app = testApp(database, { api: testApi(database, { queues: async () => [queue] }) }).app;
    const account = await json<AccountView>('/api/account');
    expect(account).toMatchObject({ limit: 200, closed: null, held: null, queues: [queue] });
    expect(account.odd).toEqual([{ name: TASK, why: '10 came back odd' }]);
    expect(account.past).toHaveLength(61);
    expect(account.ahead).toHaveLength(16);
    expect(account.past[0]).toMatchObject({ publish: 0, download: 0, kept: 0 });
    expect(account.past.at(-1)).toMatchObject({ publish: 2, download: 2, check: 0, kept: 0 });
    expect(account.ahead[0]).toEqual(account.past.at(-1));
    expect(account.ahead.at(-1)).toMatchObject({ publish: 0, download: 0 });
    expect(account.publishes).toEqual({ taken: 2, refused: 0, failed: 0 });
    expect(account.lookups).toEqual([{ task: TASK, completed: 2, empty: 0, failed: 0 }]);
    expect(account.webhookDelayS?.longest).toBeGreaterThanOrEqual(0);
  });

  it('says that publishing is held, after a restore too', async () => {
    const { database } = await stageWith();
    await beginDoubt(database.db);
    app = testApp(database).app;
    const { held } = await json<AccountView>('/api/account');
    expect(held?.why).toContain('restored from a backup');
  });

  it('is there while Temporal is away', async () => {
    const { database } = await stageWith();
    const queues = () => Promise.reject(new Error('14 UNAVAILABLE'));
    app = testApp(database, { api: testApi(database, { queues }) }).app;
    expect((await json<AccountView>('/api/account')).queues).toBeNull();
  });

  it.each([
    ['/api/batches?state=red', 400, 'state is one of running, paused'],
    ['/api/batches?limit=1e9', 400, 'limit is a whole number of at most 200'],
    [`/api/batches?q=${'x'.repeat(201)}`, 400, 'q is a text of at most 200 characters'],
    ['/api/batches?q=%00', 400, 'q is a text'],
    ['/api/batches?state=running&state=paused', 400, 'state is a text'],
    ['/api/batches/../../etc/passwd', 404, 'no such endpoint'],
    ['/api/batches/260101-000000', 404, 'there is no such batch'],
    ['/api/batches/260101-000000/rows?reason=1', 400, 'reason is one of'],
    [`/api/batches/${'x'.repeat(90)}/rows`, 404, 'there is no such batch'],
    ["/api/batches/'%3B drop table rows", 404, 'there is no such batch'],
  ])('%s: %i, %s', async (url, status, text) => {
    appOn(await stageWith());
    const answer = await get(url);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.stringContaining(text) });
  });
});
