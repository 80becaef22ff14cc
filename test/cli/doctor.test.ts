import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { applySchedules, recurring } from '../../src/temporal/schedules.ts';
import { scheduleHealth } from '../../src/temporal/schedule-health.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';
import { closedPort } from '../support/servers.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let server: DevServer;
let sandbox: Sandbox;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  [own, server, sandbox] = await Promise.all([ownDatabase(), pausingServer(), startSandbox({ token: 'x' })]);
  env = {
    DATABASE_URL: own.url,
    TEMPORAL_ADDRESS: server.address,
    WEBSCRAPER_API_URL: sandbox.url,
    WEBSCRAPER_API_TOKEN: 'x',
    HTTP_PORT: String(await closedPort()),
  };
});

afterAll(async () => {
  await sandbox.close();
  await server.stop();
  await own.drop();
  place.remove();
});

interface Check {
  ok: boolean;
  details: string;
}

async function doctor(with_: NodeJS.ProcessEnv) {
  const { code, out, err } = await place.run(['doctor', '--json'], with_);
  const checks = JSON.parse(out) as (Check & { check: string })[];
  return { code, err, of: new Map(checks.map(({ check, ...rest }) => [check, rest])) };
}

it('says what is missing, and what to run: workers, search attributes, schedules', async () => {
  const { code, err, of } = await doctor(env);
  expect(code).toBe(1);
  expect(err).toMatch(/^\d+ of \d+ checks failed\n$/);
  for (const name of ['settings', 'database', 'inbox', 'API token', 'Temporal', 'WebDAV'])
    expect(of.get(name)).toMatchObject({ ok: true });
  expect(of.get('API token')?.details).toMatch(/^\d+ page credits left$/);
  expect(of.get('webhooks')).toEqual({
    ok: true,
    details:
      'none has ever come; unless it is done, set https://your-host/webhooks/webscraper?token=… with a token of WEBHOOK_TOKEN at Web Scraper Cloud, API',
  });
  expect(of.get('namespace default')?.details).toMatch(
    /^lacks search attributes [^:]+: run `tsuiseki migrate`$/,
  );
  expect(of.get('worker publish_tracking')).toEqual({
    ok: false,
    details: 'no worker on publish_tracking_queue: run `tsuiseki worker publish_tracking`',
  });
  expect([...of.keys()].filter((name) => name.startsWith('worker '))).toHaveLength(7);
  expect(of.get('schedule tsuiseki-inbox-relay')).toEqual({
    ok: false,
    details: 'is not there: run `tsuiseki migrate`',
  });
});

it('after migrate: only the workers are missing; what nobody reads is told', async () => {
  expect(await place.run(['migrate'], env)).toMatchObject({ code: 0 });
  const database = openDatabase(own.url, { maxConnections: 1 });
  await givenBatch(database, 'b1');
  const jobId = await givenJob(database, { batchId: 'b1', customId: 'c1' });
  await database.sql`insert into notifications (received_at, source, scraping_job_id, status, batch_id, job_id, outcome)
    values (now() - interval '2 minutes', 'webhook', 1, 'finished', 'b1', ${jobId}, null),
           (now(), 'webhook', 2, 'finished', null, null, 'unknown job')`;
  await database.sql`insert into task_drift (task, held_since, held_reason)
    values ('yamato_tracking_only', now(), '10 jobs came back odd')`;
  await database.close();
  const { of } = await doctor({ ...env, WEBHOOK_FORWARD_URL: 'http://old.example/webhook' });
  const failed = [...of].filter(([, { ok }]) => !ok).map(([name]) => name);
  expect(failed.filter((name) => !name.startsWith('worker '))).toEqual([
    'inbox',
    'drift',
    'partitions of publish_tracking_queue',
    'HTTP server',
  ]);
  expect(of.get('inbox')?.details).toBe(
    '1 unread for over a minute; in a week 1 of unknown jobs, 0 in disagreement: is the worker tracking_webhook running?',
  );
  expect(of.get('drift')?.details).toBe('yamato_tracking_only: 10 jobs came back odd');
  expect(of.get('forwarding')).toEqual({
    ok: true,
    details: '0 notifications of other jobs not taken for over a minute; in a week 0 refused',
  });
  expect(of.get('namespace default')?.details).toBe('has every search attribute');
  const { out } = await place.run(['doctor'], env);
  expect(out).toMatch(/^ok {3}settings: each can be read$/m);
  expect(out).toMatch(/^FAIL worker aggregation: no worker on aggregation_queue: /m);
});

it('tells a queue in parts, a sitemap of somebody else, and a server that does not run', async () => {
  const { of } = await doctor({ ...env, SITEMAP_IDS: 'owt=4711,yto=4711' });
  // The dev server splits each queue in four unless it is told otherwise, as `up` does.
  expect(of.get('partitions of publish_tracking_queue')).toEqual({
    ok: false,
    details:
      '4: each paces by itself; run `tsuiseki temporal-config --dynamic-config FILE` where the server runs, FILE being its own dynamic config',
  });
  expect(of.get('sitemap 4711')).toMatchObject({
    ok: false,
    details: expect.stringMatching(
      /^the account has none: set SITEMAP_IDS=owt=…,yto=…; once it is put right /,
    ),
  });
  expect(of.get('sitemap 1421177')).toEqual({
    ok: true,
    details: 'official-website-redirect-to-yamato-tracking, for owryt',
  });
  expect(of.get('HTTP server')).toEqual({
    ok: false,
    details: `nothing answers at http://127.0.0.1:${env['HTTP_PORT']}: run \`tsuiseki serve\``,
  });
});

it('a token that is refused costs no further call', async () => {
  const { of } = await doctor({ ...env, WEBSCRAPER_API_TOKEN: 'wrong' });
  expect(of.get('API token')).toEqual({
    ok: false,
    details: expect.stringMatching(/^Web Scraper Cloud answered 401 to .+: once it is put right start /),
  });
  expect([...of.keys()].filter((name) => name.startsWith('sitemap '))).toEqual([]);
});

it('a schedule tells when it last ran, and what came of it', async () => {
  const cleanUp = recurring(60_000).find(({ id }) => id === 'tsuiseki-clean-up');
  if (cleanUp === undefined) throw new TypeError('no clean-up');
  const handle = server.client.schedule.getHandle(cleanUp.id);
  expect(await scheduleHealth(server.client, cleanUp)).toEqual({
    ...{ ok: true, details: 'has not run yet', lastSuccessAt: null },
    ...{ runs: 0, skipped: 0, missed: 0, failed: 0, failedInARow: 0 },
  });
  await handle.trigger();
  await vi.waitFor(async () => {
    expect((await scheduleHealth(server.client, cleanUp)).details).toMatch(
      /^last run [^ ]+Z: running; last success long ago; 0 skipped, the one before not over, 0 missed, 0 failed$/,
    );
  }, 20_000);
  const [run] = (await handle.describe()).info.recentActions;
  await server.client.workflow.getHandle(run?.action.workflow.workflowId ?? '').terminate();
  expect(await scheduleHealth(server.client, cleanUp)).toMatchObject({
    ok: true,
    details: expect.stringContaining(': terminated; last success long ago;'),
  });
  // Due long ago, and never well: something is wrong.
  expect(await scheduleHealth(server.client, { ...cleanUp, everyMs: -60_000 })).toMatchObject({ ok: false });
  await handle.pause();
  expect(await scheduleHealth(server.client, cleanUp)).toMatchObject({ ok: false });
});

it('a schedule whose runs are long past is well for a while after a start: all was stopped meanwhile', async () => {
  const relay = recurring(60_000).find(({ id }) => id === 'tsuiseki-inbox-relay');
  if (relay === undefined) throw new TypeError('no relay');
  await applySchedules(server.client, 60_000);
  const { info } = await server.client.schedule.getHandle(relay.id).describe();
  const startedMs = info.lastUpdatedAt?.getTime() ?? NaN;
  const nowMs = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  // What is expected of it reaches back to just before, and just behind, that start.
  const reachingTo = (ms: number) => ({ ...relay, everyMs: (nowMs - 60_000 - ms) / 3 });
  const fares = (ms: number) => scheduleHealth(server.client, reachingTo(ms));
  expect(await fares(startedMs - 1)).toMatchObject({ ok: true });
  expect(await fares(startedMs + 1)).toMatchObject({ ok: false });
});

it('with everything away each check says so, and the others go on', async () => {
  const port = await closedPort();
  const { code, of } = await doctor({
    DATABASE_URL: `postgres://127.0.0.1:${port}/x`,
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
  });
  expect(code).toBe(1);
  expect(of.get('database')).toMatchObject({ ok: false });
  expect(of.get('Temporal')?.details).toMatch(/^Temporal at 127\.0\.0\.1:\d+ cannot be reached: /);
  expect(of.get('WebDAV')).toEqual({ ok: true, details: 'not configured' });
});

it('tells of webhooks that do not come while jobs wait', async () => {
  const database = openDatabase(own.url, { maxConnections: 1 });
  await database.sql`update jobs set state = 'published', published_at = now() - interval '6 minutes'`;
  expect((await doctor(env)).of.get('webhooks')).toMatchObject({ ok: true });
  await database.sql`update notifications set received_at = '2026-03-01T12:00:00Z'`;
  expect((await doctor(env)).of.get('webhooks')).toEqual({
    ok: false,
    details:
      'the last came at 2026-03-01T12:00:00.000Z, while 1 jobs wait: set https://your-host/webhooks/webscraper?token=… with a token of WEBHOOK_TOKEN at Web Scraper Cloud, API; `curl -d x=1 URL` from outside has to answer 400 then',
  });
  await database.close();
});
