import type { SQL } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { createJobResults } from '../../src/batches/job-results.ts';
import { adoptNotifications, latestNotifications, storeNotifications } from '../../src/db/inbox.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { markPublished } from '../../src/db/jobs.ts';
import { batchOf, jobsOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import {
  callsMade,
  oneRound,
  processAll,
  publishAll,
  waitsThroughTrouble,
} from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const CHECK = 'GET scraping-job/N';

const control = (stage: Stage, path: string) =>
  fetch(`${stage.sandbox.controlUrl}/${path}`, { method: 'POST' });

describe('a notification that disagrees is asked of the API', () => {
  it.each<FaultKind>(['webhook-wrong-custom-id', 'webhook-wrong-job'])('%s', async (fault) => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, fault)]);
    expect((await oneRound(stage, batchId)).counts).toMatchObject({ completed: 1 });
    expect(callsMade(stage)).toEqual(['POST scraping-job', CHECK, 'GET scraping-job/N/csv']);
  });

  it('of another sitemap', async () => {
    const stage = await stageWith({ sandbox: { jobDurationMs: 3_600_000 } });
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await publishAll(stage, batchId);
    const [job] = await jobsOf(stage, batchId);
    const { customId = '', scrapingJobId } = job ?? {};
    const told = { source: 'webhook', customId, scrapingJobId: scrapingJobId ?? 0, sitemapId: 1 } as const;
    await storeNotifications(stage.db, [{ ...told, status: 'finished' }]);
    expect(await processAll(stage, batchId)).toMatchObject({
      readInMs: null,
      counts: { published: 1 },
      inFlight: 1,
    });
    expect(await notificationsOf(stage)).toMatchObject([{ outcome: 'not ended' }]);
    expect(callsMade(stage)).toEqual(['POST scraping-job', CHECK]);
  });

  it('of a job that is not there, for a publish without an answer: nothing is adopted', async () => {
    const stage = await stageWith({ sandbox: { jobDurationMs: 3_600_000 } });
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'publish-reset')]);
    await publishAll(stage, batchId);
    const [job] = await jobsOf(stage, batchId);
    const told = {
      source: 'webhook',
      customId: job?.customId ?? '',
      scrapingJobId: 77,
      sitemapId: 1,
    } as const;
    await storeNotifications(stage.db, [{ ...told, status: 'finished' }]);
    expect(await processAll(stage, batchId)).toMatchObject({ readInMs: null, counts: { failed: 1 } });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'failed', scrapingJobId: null }]);
    expect(await notificationsOf(stage)).toMatchObject([{ outcome: 'disagrees' }]);
  });
});

it('a notification that names a job its carrier was asked for: no call, and its rows do not fail', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'yamato_tracking_10', ['1837-9277-9166']);
  const [job] = await jobsOf(stage, batchId);
  const { id: jobId = 0, customId = '' } = job ?? {};
  const told = { source: 'webhook', customId, scrapingJobId: 77, sitemapId: null } as const;
  await storeNotifications(stage.db, [{ ...told, status: 'finished' }]);
  await stage.run(stage.activities.processResults, { batchId });
  expect(await notificationsOf(stage)).toMatchObject([{ jobId, outcome: 'disagrees' }]);
  expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending', error: null }]);
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending', scrapingJobId: null }]);
  expect(callsMade(stage)).toEqual([]);
});

describe('a publish without an answer', () => {
  it.each([
    ['another job', orderUrl(2), 'disagrees'],
    ['a job that still runs', orderUrl(1), 'not ended'],
  ])('told of %s: stays given up', async (_, url, outcome) => {
    const stage = await stageWith({ sandbox: { jobDurationMs: 3_600_000 } });
    stage.sandbox.addFault({ kind: 'publish-reset-created', match: orderUrl(1) });
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await publishAll(stage, batchId);
    const [job] = await jobsOf(stage, batchId);
    const listed = (await (await fetch(`${stage.sandbox.controlUrl}/jobs`)).json()) as {
      id: number;
      startUrls: string[];
    }[];
    const scrapingJobId = listed.find(({ startUrls }) => startUrls[0] === url)?.id ?? 0;
    const told = { source: 'webhook', customId: job?.customId ?? '', scrapingJobId, sitemapId: 1 } as const;
    const [{ id } = { id: 0 }] = await storeNotifications(stage.db, [{ ...told, status: 'finished' }]);
    await stage.database.sql`update notifications set job_id = ${job?.id ?? 0} where id = ${id}`;
    await stage.run(stage.activities.processResults, { batchId });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'failed', scrapingJobId: null }, {}]);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'failed' }, { state: 'published' }]);
    expect(await notificationsOf(stage)).toMatchObject([{ outcome }]);
  });
});

describe('a job that ended otherwise', () => {
  it.each([
    ['job-failed', /^scraping job \d+ ended failed without records$/],
    ['job-stopped', /^scraping job \d+ ended stopped without records$/],
  ])('%s, without records: its rows fail', async (fault, reason) => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, fault)]);
    expect(await oneRound(stage, batchId)).toMatchObject({ counts: { failed: 1 }, inFlight: 0 });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ error: expect.stringMatching(reason) }]);
    expect(callsMade(stage)).toEqual(['POST scraping-job', CHECK]);
  });

  it('job-stopped, with records: they are results', async () => {
    const stage = await stageWith({ urlsPerJob: 2 });
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-stopped'), orderUrl(2)]);
    expect((await oneRound(stage, batchId)).counts).toMatchObject({ completed: 1, failed: 1 });
  });

  it('job-failed, with records of some URLs: those are results, the others fail', async () => {
    const stage = await stageWith({ urlsPerJob: 3 });
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-failed'), orderUrl(2), orderUrl(3)]);
    expect((await oneRound(stage, batchId)).counts).toMatchObject({ completed: 1, failed: 2 });
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toBe('its page could not be loaded');
  });

  it('continued by a person, it is read again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-failed')]);
    await oneRound(stage, batchId);
    const [job] = await jobsOf(stage, batchId);
    await control(stage, `jobs/${job?.scrapingJobId}/continue`);
    await stage.notified(2);
    expect((await processAll(stage, batchId)).counts).toMatchObject({ completed: 1, failed: 0 });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'completed', error: null }]);
  });
});

it('one that comes while an earlier one is read is still to be read', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1, 'html-instead-of-csv:1')]);
  await publishAll(stage, batchId);
  await stage.notified(1);
  const [job] = await jobsOf(stage, batchId);
  const [read = null] = await latestNotifications(stage.db, [job?.id ?? 0]);
  await control(stage, `jobs/${job?.scrapingJobId}/continue`);
  await stage.notified(2);
  if (job !== undefined) await createJobResults(stage, batchId).processJob({ job, hint: read });
  expect((await notificationsOf(stage)).map(({ outcome }) => outcome)).toEqual(['processed', null]);
  expect((await processAll(stage, batchId)).counts).toMatchObject({ completed: 1 });
});

describe('an API that cannot be asked', () => {
  it('status-500: asked again after 5, 10, 20 and 40 s, then given up', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-stopped,status-500'), orderUrl(2)]);
    const waits = await waitsThroughTrouble(stage, batchId);
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, null]);
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toMatch(/^Web Scraper Cloud answered 500 to a question after job \d+$/);
  });

  it('a job deleted meanwhile fails its rows', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-stopped')]);
    await publishAll(stage, batchId);
    await stage.notified(1);
    const [job] = await jobsOf(stage, batchId);
    await fetch(`${stage.sandbox.controlUrl}/jobs/${job?.scrapingJobId}`, { method: 'DELETE' });
    expect(await processAll(stage, batchId)).toMatchObject({ readInMs: null, counts: { failed: 1 } });
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toMatch(/^Web Scraper Cloud answered 404 to a question after job \d+$/);
  });

  it('without a free call, the job waits for one', async () => {
    const stage = await stageWith({ limits: { callLimit: 2 }, urlsPerJob: 2 });
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'webhook-wrong-job'), orderUrl(2)]);
    const outcome = await oneRound(stage, batchId);
    expect(outcome).toMatchObject({ counts: { published: 2 }, inFlight: 1 });
    expect(outcome.readInMs).toBeGreaterThan(0);
    stage.time.nowMs += 960_000;
    expect(await processAll(stage, batchId)).toMatchObject({ readInMs: null, counts: { completed: 2 } });
  });
});

it('a webhook between the look for its job and the insert, its publish just coming back, is not lost', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  const [job] = await jobsOf(stage, batchId);
  await stage.database.sql`update jobs set state = 'publishing', intent_at = now()`;
  let looks = 0;
  const execute = async (query: SQL) => {
    const found = await stage.db.execute(query);
    looks += 1;
    if (looks === 1 && job !== undefined) await markPublished(stage.db, job, 77, 60_000);
    return found;
  };
  const racing = new Proxy(stage.db, {
    get: (db, name) => (name === 'execute' ? execute : Reflect.get(db, name, db)),
  });
  const told = { source: 'webhook' as const, customId: null, sitemapId: 789, status: 'finished' };
  await storeNotifications(racing, [{ ...told, scrapingJobId: 77 }]);
  expect(await stage.db.query.notifications.findMany()).toMatchObject([
    { batchId, jobId: job?.id, outcome: null },
  ]);
});

it('one that comes while its publish is written down is not lost either', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  const [job] = await jobsOf(stage, batchId);
  if (job === undefined) throw new TypeError('no job');
  await stage.database.sql`update jobs set state = 'publishing', intent_at = now()`;
  const told = { source: 'webhook' as const, customId: null, sitemapId: 789, status: 'finished' };
  await stage.db.transaction(async (tx) => {
    await markPublished(tx, job, 77, 60_000);
    await storeNotifications(stage.db, [{ ...told, scrapingJobId: 77 }]);
  });
  expect(await stage.db.query.notifications.findMany()).toMatchObject([{ jobId: null }]);
  await adoptNotifications(stage.db, [job.id]);
  expect(await stage.db.query.notifications.findMany()).toMatchObject([
    { batchId, jobId: job.id, outcome: null },
  ]);
});
