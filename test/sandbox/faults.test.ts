import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { expectedText, numberWithFault } from '../../src/sandbox/index.ts';
import {
  DATE_FIELDS,
  TOKYO_NOON,
  api,
  control,
  csvOf,
  ended,
  get,
  jobCount,
  marked,
  jobView,
  lastText,
  orderUrl,
  publish,
  publishedId,
  receiver,
  releaseAfterEach,
  sandboxWith,
  sleep,
  startUrlOf,
  until,
  yamatoUrl,
} from '../support/sandbox/api-user.ts';
import type { Answer, Row } from '../support/sandbox/api-user.ts';

releaseAfterEach();

test('webhook faults: lost, twice, before the answer, with wrong fields', async () => {
  const hook = await receiver();
  const sandbox = await sandboxWith({ webhookUrl: hook.url, jobDurationMs: 20 });
  const early = await publishedId(sandbox, 'official_website_tracking', [marked('early-webhook')]);
  expect(hook.received.map(({ form }) => form.get('scrapingjob_id'))).toEqual([String(early)]);
  await publishedId(sandbox, 'official_website_tracking', [marked('duplicate-webhook')], 'twice');
  await until(() => hook.received.length === 3);
  const lost = await publishedId(sandbox, 'official_website_tracking', [marked('lost-webhook')]);
  expect((await ended(sandbox, lost)).status).toBe('finished');
  const wrong = await publishedId(
    sandbox,
    'official_website_tracking',
    [marked('webhook-wrong-custom-id,webhook-wrong-job')],
    'mine',
  );
  await until(() => hook.received.length === 4);
  expect(hook.received.map(({ form }) => form.get('custom_id'))).toEqual([
    'c1',
    'twice',
    'twice',
    'wrong-mine',
  ]);
  expect(Number(hook.received[3]?.form.get('scrapingjob_id'))).not.toBe(wrong);
});

test.each([
  ['publish-401', 401],
  ['publish-402', 402],
  ['publish-403', 403],
  ['publish-422', 422],
  ['publish-429', 429],
  ['publish-500', 500],
  ['publish-html', 502],
] as const)('%s answers %i and makes no job, by URL and by number', async (fault, status) => {
  const sandbox = await sandboxWith();
  for (const url of [marked(fault), yamatoUrl(numberWithFault(fault, 77))]) {
    expect((await publish(sandbox, 'official_website_tracking', [url])).status).toBe(status);
    expect(expectedText('official_website_tracking', url, null, { day: TOKYO_NOON })).toBeNull();
  }
  expect(await jobCount(sandbox)).toBe(0);
  expect(sandbox.calls().map((call) => call.fault)).toEqual([fault, fault, null]);
});

test.each([
  ['publish-timeout', 0],
  ['publish-timeout-created', 1],
  ['publish-reset', 0],
  ['publish-reset-created', 1],
] as const)('%s never answers; jobs made: %i', async (fault, made) => {
  const sandbox = await sandboxWith();
  await expect(publish(sandbox, 'official_website_tracking', [marked(fault)], 'c1', 300)).rejects.toThrow();
  expect(await jobCount(sandbox)).toBe(made);
  expect(sandbox.calls()[0]).toMatchObject({ status: null, fault, customId: 'c1' });
});

test('publish-no-id and publish-slow make the job all the same', async () => {
  const sandbox = await sandboxWith();
  const bare = await publish(sandbox, 'official_website_tracking', [marked('publish-no-id', 1)]);
  expect(await bare.json()).toEqual({ success: true, data: { custom_id: 'c1' } });
  const before = performance.now();
  await publishedId(sandbox, 'official_website_tracking', [marked('publish-slow', 2)]);
  expect(performance.now() - before).toBeGreaterThan(95);
  expect(await jobCount(sandbox)).toBe(2);
});

test('a marker with a count strikes that often, then no more', async () => {
  const sandbox = await sandboxWith();
  const url = marked('publish-500:2', 1);
  const statuses: number[] = [];
  for (let round = 0; round < 3; round++) {
    statuses.push((await publish(sandbox, 'official_website_tracking', [url])).status);
  }
  expect(statuses).toEqual([500, 500, 200]);
  expect(
    expectedText('official_website_tracking', url, null, { day: TOKYO_NOON, ignoreFaults: true }),
  ).toMatch(/｜｜｜/);
});

test('job faults: failed, stopped, stuck, gone, empty and failed pages among others', async () => {
  const hook = await receiver();
  const sandbox = await sandboxWith({ webhookUrl: hook.url });
  const failed = await publishedId(sandbox, 'official_website_tracking', [marked('job-failed')]);
  const failedJob = await ended(sandbox, failed);
  expect(failedJob).toMatchObject({ status: 'failed', jobs_failed: 1, stored_record_count: 0 });
  const stopped = await publishedId(sandbox, 'official_website_tracking', [marked('job-stopped')]);
  expect(await ended(sandbox, stopped)).toMatchObject({ status: 'stopped', stored_record_count: 0 });
  await until(() => hook.received.length === 2);
  expect(hook.received.map(({ form }) => form.get('status'))).toEqual(['failed', 'stopped']);
  const mixed = await publishedId(sandbox, 'official_website_tracking', [
    orderUrl(2),
    marked('empty', 3),
    marked('url-failed', 4),
  ]);
  expect(await ended(sandbox, mixed)).toMatchObject({ status: 'finished', jobs_failed: 1, jobs_empty: 1 });
  expect((await get<Answer<object[]>>(api(sandbox, `scraping-job/${mixed}/problematic-urls`))).data).toEqual([
    { url: marked('empty', 3), type: 'empty' },
    { url: marked('url-failed', 4), type: 'failed' },
  ]);
  expect(new Set((await csvOf(sandbox, mixed)).map(startUrlOf))).toEqual(new Set([orderUrl(2)]));
  const gone = await publishedId(sandbox, 'official_website_tracking', [marked('job-gone')]);
  expect((await fetch(api(sandbox, `scraping-job/${gone}`))).status).toBe(404);
  expect(await jobCount(sandbox)).toBe(3);
  const stuck = await publishedId(sandbox, 'official_website_tracking', [marked('job-stuck')]);
  await sleep(60);
  expect((await jobView(sandbox, stuck)).status).toBe('started');
  await control(sandbox, 'POST', `jobs/${stuck}/stop`);
  expect((await jobView(sandbox, stuck)).status).toBe('stopped');
  expect(hook.received).toHaveLength(4);
});

test('a failed job that a person continues ends well and notifies again', async () => {
  const hook = await receiver();
  const sandbox = await sandboxWith({ webhookUrl: hook.url });
  const url = marked('job-failed', 1);
  const id = await publishedId(sandbox, 'official_website_tracking', [url]);
  await until(() => hook.received.length === 1);
  await control(sandbox, 'POST', `jobs/${id}/continue`);
  await until(() => hook.received.length === 2);
  expect(hook.received.map(({ form }) => [form.get('scrapingjob_id'), form.get('status')])).toEqual([
    [String(id), 'failed'],
    [String(id), 'finished'],
  ]);
  const rows = await csvOf(sandbox, id);
  expect(lastText(rows, DATE_FIELDS, DATE_FIELDS)).toBe(
    expectedText('official_website_tracking', url, null, { day: TOKYO_NOON, ignoreFaults: true }),
  );
});

test('download faults', async () => {
  const sandbox = await sandboxWith();
  const download = async (fault: string): Promise<Response> => {
    const id = await publishedId(sandbox, 'official_website_tracking', [marked(fault)]);
    await ended(sandbox, id);
    return fetch(api(sandbox, `scraping-job/${id}/csv`), { signal: AbortSignal.timeout(200) });
  };
  const html = await download('html-instead-of-csv');
  expect([html.status, html.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  expect(await html.text()).toContain('<!DOCTYPE html>');
  const bare = parse<Row>(await (await download('no-columns')).text(), { columns: true, bom: true });
  expect(Object.keys(bare[0] ?? {})).toEqual(['web-scraper-order', 'text']);
  expect((await download('csv-500')).status).toBe(500);
  expect((await download('csv-404')).status).toBe(404);
  const refused = await download('csv-429');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
  await expect(download('csv-timeout')).rejects.toThrow();
  await expect(download('csv-reset')).rejects.toThrow();
  await expect((await download('csv-truncated')).text()).rejects.toThrow();
});

test('faults over the control endpoint: by match, so many times, deleted', async () => {
  const sandbox = await sandboxWith();
  const status = async (url: string, customId: string): Promise<number> =>
    (await publish(sandbox, 'official_website_tracking', [url], customId)).status;
  await control(sandbox, 'POST', 'faults', { kind: 'publish-500', match: 'rtjpt-', times: 1 });
  await control(sandbox, 'POST', 'faults', { kind: 'publish-403', match: 'W1000007' });
  expect((await control(sandbox, 'POST', 'faults', { kind: 'earthquake' })).status).toBe(400);
  expect(await status(orderUrl(1), 'owt-1')).toBe(200);
  expect(await status(orderUrl(1), 'rtjpt-from-1')).toBe(500);
  expect(await status(orderUrl(1), 'rtjpt-from-1')).toBe(200);
  expect(await status(orderUrl(7), 'owt-2')).toBe(403);
  await fetch(`${sandbox.controlUrl}/faults`, { method: 'DELETE' });
  expect(await status(orderUrl(7), 'owt-2')).toBe(200);
  expect(sandbox.calls()).toHaveLength(5);
});
