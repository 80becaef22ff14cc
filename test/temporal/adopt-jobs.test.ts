import { describe, expect, it } from 'vitest';
import { adoptLines } from '../../src/batches/adopt/adopt-file.ts';
import { explainRow } from '../../src/batches/explain.ts';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { findBatch } from '../../src/db/batches.ts';
import { storeNotifications } from '../../src/db/inbox.ts';
import { storeSave } from '../../src/db/saves.ts';
import { knownWorkbook } from '../../src/db/workbooks.ts';
import { expectedText } from '../../src/sandbox/index.ts';
import { adoptJobs } from '../../src/temporal/adopt-jobs.ts';
import { jobsOf, linksOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { adoptingOn, batchesOf, csv } from '../support/activities/adopting.ts';
import type { Line } from '../support/activities/adopting.ts';
import { takingClient } from '../support/activities/given-rows.ts';
import { newMessage } from '../support/activities/messages.ts';
import { callsMade, processAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage, StageOptions } from '../support/activities/stage.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();

const OWT = 'official_website_tracking';
const JPT10 = 'japan_post_tracking_10';
const OWRYT = 'official_website_redirect_to_yamato_tracking';

const setUp = async (options: StageOptions = {}) => adoptingOn(await stageWith(options));

const owed = async ({ database }: Stage) => {
  const [found] = await database.sql`select count(*)::int as owed from jobs where owes_download`;
  return found?.['owed'] as number;
};

it('a job’s webhook lands: its result is parsed and written back, at the cost of one call', async () => {
  const { stage, started, adopt, publish } = await setUp({ sandbox: { jobDurationMs: 3_600_000 } });
  const [mine, other] = [orderUrl(1), orderUrl(2)];
  const workbook = await saveWorkbook([[other], [mine], ['']]);
  const jobId = await publish(OWT, 'celery-1', mine);

  const { adopted, notStarted } = await adopt(csv(['celery-1', jobId, OWT, workbook, mine]));
  const [batch] = adopted;
  const batchId = batch?.batchId ?? '';
  expect(notStarted).toEqual([]);
  expect(adopted).toEqual([
    {
      batchId,
      workflowId: `tracking:${OWT}:list.xlsx:${batchId}`,
      runId: 'run-1',
      task: OWT,
      workbook,
      rows: 1,
      jobs: 1,
    },
  ]);
  expect(started).toMatchObject([
    { type: 'TrackingBatchWorkflow', args: [{ batchId, title: `${OWT} · list.xlsx · rows 3`, retry: null }] },
  ]);
  // What its workflow does first finds nothing left to read.
  expect(await stage.run(stage.activities.readWorkbook, { batchId })).toMatchObject({
    counts: { total: 1, published: 1 },
    inFlight: 1,
    next: null,
  });
  expect(await rowsOf(stage, batchId)).toMatchObject([{ row: 3, state: 'published', url: mine }]);
  expect(await owed(stage)).toBe(1);

  await fetch(`${stage.sandbox.controlUrl}/jobs/${jobId}/finish`, { method: 'POST' });
  await stage.notified(1);
  expect(await processAll(stage, batchId)).toMatchObject({
    counts: { completed: 1 },
    inFlight: 0,
    unwritten: 1,
  });
  expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET scraping-job/N/csv']);
  expect(await owed(stage)).toBe(0);
  await stage.run(stage.activities.writeBack, { batchId });
  expect(await columnC(workbook)).toEqual(['', expectedText(OWT, mine, null, { day: new Date() }), '']);
});

describe('rows and jobs', () => {
  const NUMBERS = ['183792779166', '183792779170', '183792779181'];

  it('many rows share a job; each gets its own number’s result, other rows of the sheet nothing', async () => {
    const { stage, adopt, publish } = await setUp();
    const [one = '', two = '', three = ''] = NUMBERS;
    const url = `https://trackings.post.japanpost.jp/services/srv/search?requestNo1=${one}&requestNo2=${two}&search.x=1`;
    const jobId = await publish(JPT10, 'celery-10', url);
    await stage.notified(1);
    const workbook = await saveWorkbook([['1837-9277-9166'], [three], [two], [one]]);
    const { adopted } = await adopt(
      csv(
        ['celery-10', jobId, JPT10, workbook, two],
        ['celery-10', jobId, JPT10, workbook, one],
        ['celery-10', jobId, JPT10, workbook, one],
      ),
    );
    expect(adopted).toMatchObject([{ rows: 3, jobs: 1 }]);
    const batchId = adopted[0]?.batchId ?? '';
    const [job] = await jobsOf(stage, batchId);
    expect(job).toMatchObject({
      state: 'published',
      attempt: 0,
      scrapingJobId: jobId,
      customId: 'celery-10',
    });
    expect(job?.subjects).toHaveLength(1);
    expect(await linksOf(stage, job?.id ?? 0)).toHaveLength(3);

    // It had come before the file, and is read all the same.
    expect(await notificationsOf(stage)).toMatchObject([{ batchId, jobId: job?.id, outcome: null }]);
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { total: 3, completed: 3 } });
    await stage.run(stage.activities.writeBack, { batchId });
    const text = (number: string) => expectedText(JPT10, url, number, { day: new Date() });
    expect(await columnC(workbook)).toEqual([text(one), '', text(two), text(one)]);
  });

  it('rows without a workbook have the numbers of their lines; a batch is made of each task', async () => {
    const { stage, adopt } = await setUp();
    const { adopted } = await adopt(
      csv(
        ['c-1', 1, JPT10, '', NUMBERS[0] ?? ''],
        ['c-2', 2, OWT, '', 'W1000001', 'a@x.jp'],
        ['c-3', 3, JPT10, '', NUMBERS[1] ?? ''],
      ),
    );
    expect(adopted).toMatchObject([
      { task: JPT10, workbook: null, rows: 2, jobs: 2 },
      { task: OWT, workbook: null, rows: 1, jobs: 1 },
    ]);
    const batchId = adopted[0]?.batchId ?? '';
    expect((await rowsOf(stage, batchId)).map(({ row }) => row)).toEqual([2, 4]);
    expect(await findBatch(stage.db, batchId)).toMatchObject({ rowsFrom: 'jobs.csv', chosenRows: null });
    expect(await stage.run(stage.activities.importRows, { batchId })).toMatchObject({
      counts: { total: 2, published: 2 },
    });
  });

  it('one that the other system has redirected is read as the redirect', async () => {
    const { stage, adopt, publish } = await setUp();
    const redirect = 'redirect_to_japan_post_tracking';
    const url = orderUrl(3);
    const jobId = await publish(redirect, 'rtjpt-from-owryt-9', url);
    await stage.notified(1);
    const { adopted } = await adopt(csv(['rtjpt-from-owryt-9', jobId, OWRYT, '', url]));
    const batchId = adopted[0]?.batchId ?? '';
    expect(await jobsOf(stage, batchId)).toMatchObject([{ task: redirect, sitemapId: 1_422_223 }]);
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { completed: 1 } });
  });

  it('retry publishes as ours', async () => {
    const { stage, adopt, publish } = await setUp();
    const url = orderUrl(1, 'job-failed:1');
    const jobId = await publish(OWT, 'celery-1', url);
    await stage.notified(1);
    const { adopted } = await adopt(csv(['celery-1', jobId, OWT, '', url]));
    const batchId = adopted[0]?.batchId ?? '';
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { failed: 1 } });
    await stage.run(stage.activities.retryRows, { batchId, ...newMessage(), rows: null });
    expect(
      (await jobsOf(stage, batchId)).map(({ attempt, customId, state }) => [attempt, customId, state]),
    ).toEqual([
      [0, 'celery-1', 'failed'],
      [1, `owt-${batchId}-2`, 'pending'],
    ]);
  });

  it('a lost webhook is asked after once its deadline is past', async () => {
    const { stage, adopt, publish } = await setUp();
    stage.sandbox.setWebhookUrl('http://127.0.0.1:1/');
    const jobId = await publish(OWT, 'celery-1', orderUrl(1));
    const { adopted } = await adopt(csv(['celery-1', jobId, OWT, '', orderUrl(1)]));
    const batchId = adopted[0]?.batchId ?? '';
    await stage.database.sql`update jobs set deadline_at = now() - interval '1 second'`;
    const { checkOverdueJobs } = acquisitionOn(stage);
    expect(await stage.run(checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { completed: 1 } });
  });

  it('explain says that the row was adopted', async () => {
    const { stage, adopt } = await setUp();
    const { adopted } = await adopt(csv(['celery-1', 500, OWT, '', orderUrl(1)]));
    const batch = await findBatch(stage.db, adopted[0]?.batchId ?? '');
    if (batch === null) throw new TypeError('no batch');
    const story = (await explainRow(stage.db, batch, 2)).map(({ what, details }) => `${what} ${details}`);
    expect(story).toEqual([
      'imported row 2 of jobs.csv: a page of store.apple.com',
      'imported adopted as celery-1: a page of store.apple.com, scraping job 500, published by another system',
    ]);
  });
});

describe('the account', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, n): Line => [`c-${n}`, 500 + n, OWT, '', orderUrl(n)]);

  it('keeps a call for each download, up to half of those that are free', async () => {
    const { stage, adopt } = await setUp({ limits: { callLimit: 8 } });
    await adopt(csv(...lines(3)));
    expect(await owed(stage)).toBe(3);
    await adopt(csv(...lines(9)));
    expect(await owed(stage)).toBe(5);
  });

  it('has calls left to ask after jobs whose webhooks are all lost', async () => {
    const { stage, adopt } = await setUp({ limits: { callLimit: 10 } });
    await adopt(csv(...lines(20)));
    await stage.database.sql`update jobs set deadline_at = now() - interval '1 second'`;
    // None of them is there: each fails, and gives back the call that was kept.
    expect(await stage.run(acquisitionOn(stage).checkOverdueJobs)).toMatchObject({
      asked: expect.any(Number),
    });
    expect(callsMade(stage).length).toBeGreaterThan(0);
  });

  it('downloads over its limit wait for a free call', async () => {
    const { stage, adopt, publish } = await setUp({ limits: { callLimit: 4 }, sandbox: { callLimit: 200 } });
    const jobIds: number[] = [];
    for (let n = 0; n < 9; n += 1) jobIds.push(await publish(OWT, `c-${n}`, orderUrl(n)));
    await stage.notified(9);
    const { adopted } = await adopt(
      csv(...jobIds.map((jobId, n): Line => [`c-${n}`, jobId, OWT, '', orderUrl(n)])),
    );
    const batchId = adopted[0]?.batchId ?? '';
    await stage.run(stage.activities.processResults, { batchId });
    expect(callsMade(stage).filter((call) => call.startsWith('GET'))).toHaveLength(4);
    expect(await batchFigures(stage.db, batchId)).toMatchObject({
      counts: { completed: 4, published: 5 },
      readInMs: expect.any(Number),
    });
  });
});

describe('run twice', () => {
  it('adopts nothing twice, and says so', async () => {
    const { stage, started, adopt } = await setUp();
    const workbook = await saveWorkbook([[orderUrl(1)]]);
    const text = csv(['c-1', 1, OWT, workbook, orderUrl(1)], ['c-2', 2, JPT10, '', '183792779166']);
    const { adopted: first } = await adopt(text);
    const again = await adopt(text);
    const ids = new Set(first.map(({ batchId }) => batchId));
    expect(again.adopted.map(({ alreadyAdopted, rows, jobs }) => [alreadyAdopted, rows, jobs])).toEqual([
      [true, 1, 1],
      [true, 1, 1],
    ]);
    expect(new Set(again.adopted.map(({ batchId }) => batchId))).toEqual(ids);
    expect(await batchesOf(stage)).toHaveLength(2);
    expect(started).toHaveLength(2);
  });

  it('with more lines, the new ones alone', async () => {
    const { stage, adopt } = await setUp();
    const line: Line = ['c-1', 1, OWT, '', orderUrl(1)];
    const { adopted: first } = await adopt(csv(line));
    const { adopted } = await adopt(csv(line, ['c-2', 2, OWT, '', orderUrl(2)]));
    expect(adopted).toMatchObject([
      { batchId: first[0]?.batchId, alreadyAdopted: true, rows: 1, jobs: 1 },
      { rows: 1, jobs: 1 },
    ]);
    expect(adopted[1]).not.toHaveProperty('alreadyAdopted');
    expect(await batchesOf(stage)).toHaveLength(2);
  });

  it('at the same time, by one of two', async () => {
    const { stage, adopt } = await setUp();
    const text = csv(['c-1', 1, OWT, '', orderUrl(1)]);
    const both = await Promise.allSettled([adopt(text), adopt(text)]);
    const reasons = both.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    for (const reason of reasons) expect(reason).toMatch(/adopted by somebody else this moment; nothing was/);
    expect(await batchesOf(stage)).toHaveLength(1);
  });

  it('a workflow that cannot be started is the sweep’s: the jobs are ours by then', async () => {
    const { stage, deps } = await setUp();
    const client = takingClient();
    Object.assign(client.workflow, {
      start: () => Promise.reject(new Error('refused')),
      getHandle: () => ({ describe: async () => ({ status: { name: 'TERMINATED' } }) }),
    });
    const lines = adoptLines(csv(['c-1', 1, OWT, '', orderUrl(1)]), 'jobs.csv');
    const { adopted, notStarted } = await adoptJobs({ ...deps, client }, lines, 'jobs.csv');
    expect(adopted).toMatchObject([{ runId: null, jobs: 1 }]);
    expect(notStarted).toEqual([{ batchId: adopted[0]?.batchId, why: 'refused' }]);
    expect(await batchesOf(stage)).toMatchObject([{ state: 'running', runId: null }]);
    const { temporal, sweepBatches } = acquisitionOn(stage);
    await stage.database.sql`update batches set opened_at = now() - interval '2 minutes'`;
    await stage.run(sweepBatches);
    expect(temporal.started).toEqual([adopted[0]?.batchId]);
  });
});

it('other rows of the workbook are left alone: its version counts as seen, unless a save waits', async () => {
  const { stage, adopt } = await setUp();
  const workbook = await saveWorkbook([[orderUrl(1)], [orderUrl(2)]]);
  await adopt(csv(['c-1', 1, OWT, workbook, orderUrl(1)]));
  expect(await knownWorkbook(stage.db, workbook)).toMatchObject({ seenHash: expect.any(String) });

  const saved = await saveWorkbook([[orderUrl(3)], [orderUrl(4)]]);
  await storeSave(stage.db, { workbook: saved, source: 'nextcloud', savedBy: null });
  await adopt(csv(['c-3', 3, OWT, saved, orderUrl(3)]));
  expect((await knownWorkbook(stage.db, saved))?.seenHash ?? null).toBeNull();
});

it('what is told of an adopted job while it is adopted is not lost', async () => {
  const { stage, adopt } = await setUp();
  const told = { source: 'webhook', customId: 'c-1', sitemapId: 789, status: 'finished' } as const;
  await storeNotifications(stage.db, [{ ...told, scrapingJobId: 1 }]);
  const { adopted } = await adopt(csv(['c-1', 1, OWT, '', orderUrl(1)]));
  expect(await batchFigures(stage.db, adopted[0]?.batchId ?? '')).toMatchObject({ unread: 1 });
});
