import { expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import {
  api,
  control,
  csvOf,
  ended,
  get,
  jobView,
  orderUrl,
  publish,
  publishedId,
  receiver,
  releaseAfterEach,
  sandboxWith,
  sleep,
  until,
  yamatoUrl,
} from '../support/sandbox/api-user.ts';
import type { Answer, JobView } from '../support/sandbox/api-user.ts';

releaseAfterEach();

test('a job goes from publish to notification, counters and data', async () => {
  const hook = await receiver();
  // It ends when it is told to: however slow this machine, it is seen before.
  const sandbox = await sandboxWith({ webhookUrl: hook.url, jobDurationMs: 60_000, pageCredits: 10 });
  const id = await publishedId(sandbox, 'yamato_tracking_only', [yamatoUrl('123456789012')], 'yto-1');
  const early = await jobView(sandbox, id);
  expect(early).toMatchObject({ id, custom_id: 'yto-1', sitemap_id: 1423671, jobs_scheduled: 1 });
  expect(['waiting-to-be-scheduled', 'scheduling', 'scheduled', 'started']).toContain(early.status);
  expect(await csvOf(sandbox, id)).toEqual([]);
  await control(sandbox, 'POST', `jobs/${id}/finish`);
  await until(() => hook.received.length === 1);
  expect(hook.received[0]?.type).toMatch(/^application\/x-www-form-urlencoded/);
  expect(Object.fromEntries(hook.received[0]!.form)).toEqual({
    scrapingjob_id: String(id),
    status: 'finished',
    sitemap_id: '1423671',
    sitemap_name: 'yamato-tracking-only',
    custom_id: 'yto-1',
  });
  const job = await jobView(sandbox, id);
  const rows = await csvOf(sandbox, id);
  expect(job).toMatchObject({ status: 'finished', jobs_executed: 1, jobs_failed: 0, jobs_empty: 0 });
  expect(job['stored_record_count']).toBe(rows.length);
  expect((await get<Answer<{ page_credits: number }>>(api(sandbox, 'account'))).data.page_credits).toBe(9);
  expect((await get<Answer<object[]>>(api(sandbox, `scraping-job/${id}/problematic-urls`))).data).toEqual([]);
  const quality = (
    await get<Answer<Record<string, unknown>>>(api(sandbox, `scraping-job/${id}/data-quality`))
  ).data;
  expect(quality['min_record_count']).toMatchObject({ got: rows.length, success: true });
  const lines = (await (await fetch(api(sandbox, `scraping-job/${id}/json`))).text()).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
});

test('a token that is wrong or missing: 401, written down, not counted', async () => {
  const sandbox = await sandboxWith({ callLimit: 1 });
  for (const query of ['', '?api_token=wrong']) {
    const answer = await fetch(`${sandbox.url}/account${query}`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ success: false, error: 'Unauthenticated.' });
  }
  expect((await fetch(api(sandbox, 'account'))).status).toBe(200);
  await until(() => sandbox.calls().every(({ status }) => status !== null));
  expect(sandbox.calls().map(({ status }) => status)).toEqual([401, 401, 200]);
});

test.each([
  [{ sitemap_id: 'x' }, /sitemap_id/],
  [{ sitemap_id: 1, driver: 'slowest' }, /driver/],
  [{ sitemap_id: 1, start_urls: 'https://a.jp' }, /start_urls/],
  [{ sitemap_id: 1, start_urls: ['https://a.jp', 'nonsense'] }, /start_urls\.1/],
  [{ sitemap_id: 1, start_urls: Array.from({ length: 20_001 }, () => 'https://a.jp') }, /20000/],
  [{ sitemap_id: 1, custom_id: 5 }, /custom_id/],
])('publish %# is refused with what is wrong', async (body, message) => {
  const sandbox = await sandboxWith();
  const answer = await fetch(api(sandbox, 'scraping-job'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toEqual({ success: false, error: expect.stringMatching(message) });
});

test('malformed JSON, unknown paths and jobs answer 4xx in the same form', async () => {
  const sandbox = await sandboxWith();
  const bad = await fetch(api(sandbox, 'scraping-job'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"sitemap_id":',
  });
  expect(bad.status).toBe(400);
  expect(await bad.json()).toMatchObject({ success: false });
  for (const path of ['nothing', 'scraping-job/1', 'scraping-job/1/csv', 'scraping-job/x/problematic-urls']) {
    const answer = await fetch(api(sandbox, path));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ success: false });
  }
  expect((await fetch(`${sandbox.url}/nothing`)).status).toBe(401);
});

test('the limit holds in every sliding window; every call counts, a refused one does not', async () => {
  let nowMs = 1_000_000_000_400;
  const sandbox = await sandboxWith({
    callLimit: 3,
    callWindowMs: 10_000,
    clock: { nowMs: () => nowMs },
  });
  const call = () => fetch(api(sandbox, 'account'));
  const first = await call();
  expect(first.headers.get('x-ratelimit-limit')).toBe('3');
  expect(first.headers.get('x-ratelimit-remaining')).toBe('2');
  expect(first.headers.get('x-ratelimit-reset')).toBeNull();
  nowMs += 4000;
  expect((await fetch(api(sandbox, 'scraping-jobs'))).headers.get('x-ratelimit-remaining')).toBe('1');
  expect((await fetch(api(sandbox, 'nothing'))).headers.get('x-ratelimit-remaining')).toBe('0');
  const refused = await call();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(refused.headers.get('x-ratelimit-reset')).toBe('1000000011');
  expect(refused.headers.get('retry-after')).toBe('6');
  nowMs += 5999;
  expect((await call()).status).toBe(429);
  nowMs += 1;
  expect((await call()).status).toBe(200);
  expect((await call()).status).toBe(429);
  await control(sandbox, 'POST', 'limits', { callLimit: 5 });
  expect((await (await control(sandbox, 'POST', 'foreign-calls', { count: 4 })).json()) as object).toEqual({
    made: 4,
    refused: 2,
  });
  expect((await call()).status).toBe(429);
});

test('the job list: a hundred a page, by sitemap, ids as numbers, times as both', async () => {
  const sandbox = await sandboxWith({ jobDurationMs: 60_000 });
  const ids: number[] = [];
  for (let serial = 0; serial < 105; serial++) {
    const task = serial % 5 === 0 ? 'official_website_tracking' : 'yamato_tracking_only';
    ids.push(await publishedId(sandbox, task, [orderUrl(serial)], `c${serial}`));
  }
  const page1 = await get<Answer<JobView[]>>(api(sandbox, 'scraping-jobs'));
  const page2 = await get<Answer<JobView[]>>(api(sandbox, 'scraping-jobs', '&page=2'));
  expect(page1).toMatchObject({ current_page: 1, last_page: 2, total: 105, per_page: 100 });
  expect([...page1.data, ...page2.data].map((job) => job.id)).toEqual(ids.toReversed());
  expect(new Set(page1.data.map((job) => typeof job['time_created']))).toEqual(new Set(['number', 'string']));
  expect((await get<Answer<JobView[]>>(api(sandbox, 'scraping-jobs', '&sitemap_id=789'))).total).toBe(21);
});

test('a notification not answered 2xx is sent again twice, then never', async () => {
  const hook = await receiver();
  hook.answers.push(500, 302, 404, 200);
  const sandbox = await sandboxWith({ webhookUrl: hook.url, resendDelaysMs: [40, 80] });
  await publishedId(sandbox, 'official_website_tracking', [orderUrl(1)]);
  await until(() => sandbox.notifications().length === 3);
  await sleep(150);
  expect(hook.received).toHaveLength(3);
  expect(sandbox.notifications().map(({ attempt, answer }) => [attempt, answer])).toEqual([
    [1, 500],
    [2, 302],
    [3, 404],
  ]);
  const [first = 0, second = 0, third = 0] = hook.received.map(({ at }) => at);
  expect(second - first).toBeGreaterThan(38);
  expect(third - second).toBeGreaterThan(78);
});

test('a receiver that does not answer in time counts as failed', async () => {
  const hook = await receiver();
  hook.answers.push('hang', 200);
  const sandbox = await sandboxWith({ webhookUrl: hook.url, webhookTimeoutMs: 50 });
  await publishedId(sandbox, 'official_website_tracking', [orderUrl(1)]);
  await until(() => sandbox.notifications().length === 2);
  expect(sandbox.notifications().map(({ answer }) => answer)).toEqual([null, 200]);
  expect(sandbox.notifications()[0]?.error).toMatch(/timeout/i);
});

test('the webhook URL can be set later; closing leaves no timer and no open connection', async () => {
  const hook = await receiver();
  hook.answers.push(500);
  const sandbox = await sandboxWith({ resendDelaysMs: [60_000] });
  await control(sandbox, 'PUT', 'webhook-url', { url: hook.url });
  await publishedId(sandbox, 'official_website_tracking', [orderUrl(1)]);
  await until(() => hook.received.length === 1);
  const hanging = publish(sandbox, 'official_website_tracking', [
    orderUrl(2, '?sandbox=publish-timeout'),
  ]).catch(() => 'cut');
  await until(() => sandbox.calls().length === 2);
  const before = performance.now();
  await sandbox.close();
  expect(performance.now() - before).toBeLessThan(1000);
  expect(await hanging).toBe('cut');
});

test('an unknown sitemap is accepted and gives empty pages', async () => {
  const sandbox = await sandboxWith();
  const answer = await fetch(api(sandbox, 'scraping-job'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sitemap_id: '42', start_urls: [orderUrl(1)] }),
  });
  const { data } = (await answer.json()) as Answer<JobView & { custom_id: string | null }>;
  expect(data.custom_id).toBeNull();
  expect(await ended(sandbox, data.id)).toMatchObject({ jobs_empty: 1, sitemap_name: 'sitemap-42' });
  expect(await csvOf(sandbox, data.id)).toEqual([]);
});

test('arrivals are stamped in order, with decimals, on the wall clock', async () => {
  const sandbox = await sandboxWith();
  for (let round = 0; round < 3; round++) await get(api(sandbox, 'account'));
  const calls = await get<{ at: number; path: string }[]>(`${sandbox.controlUrl}/calls?since=1`);
  expect(calls.map(({ path }) => path)).toEqual(['/api/v1/account', '/api/v1/account']);
  expect(calls[1]!.at).toBeGreaterThan(calls[0]!.at);
  expect(Math.abs(calls[0]!.at - Date.now())).toBeLessThan(2000);
});

test('the job list in no order still holds every job once over its pages', async () => {
  const sandbox = await sandboxWith({ shuffleJobList: true });
  const ids: number[] = [];
  for (let serial = 0; serial < 103; serial++) {
    ids.push(await publishedId(sandbox, 'official_website_tracking', [orderUrl(serial)]));
  }
  const page = async (number: number): Promise<number[]> => {
    const url = api(sandbox, 'scraping-jobs', `&page=${number}`);
    return (await get<Answer<JobView[]>>(url)).data.map(({ id }) => id);
  };
  const listed = [...(await page(1)), ...(await page(2))];
  expect(listed).not.toEqual(ids.toReversed());
  expect(listed.toSorted((a, b) => a - b)).toEqual(ids);
  expect(await page(3)).toEqual([]);
});

test('without page credits a publish answers 402', async () => {
  const sandbox = await sandboxWith({ pageCredits: 1 });
  expect((await publish(sandbox, 'official_website_tracking', [orderUrl(1), orderUrl(2)])).status).toBe(402);
  expect((await publish(sandbox, 'official_website_tracking', [orderUrl(1)])).status).toBe(200);
  expect((await publish(sandbox, 'official_website_tracking', [orderUrl(2)])).status).toBe(402);
  await control(sandbox, 'PUT', 'account', { pageCredits: 5 });
  expect((await publish(sandbox, 'official_website_tracking', [orderUrl(2)])).status).toBe(200);
});

test('options that cannot be meant are refused', async () => {
  await expect(startSandbox({ token: '' })).rejects.toThrow(/token/);
  await expect(startSandbox({ token: 't', callLimit: 0 })).rejects.toThrow(/callLimit/);
  await expect(startSandbox({ token: 't', jobDurationMs: { minMs: 5, maxMs: 1 } })).rejects.toThrow(/range/);
});
