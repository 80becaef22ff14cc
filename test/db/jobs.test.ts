import { describe, expect, it } from 'vitest';
import { adoptNotifications, storeNotifications } from '../../src/db/inbox.ts';
import { findJob, markFailed, markPending, markPublished } from '../../src/db/jobs.ts';
import { saveOutcomes, setJobState } from '../../src/db/results.ts';
import { retryRows } from '../../src/batches/retry-rows.ts';
import { taskByName } from '../../src/tasks/registry.ts';
import { answer } from '../support/activities/answers.ts';
import { batchOf, jobsOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { rowResult } from '../support/tasks/row-result.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

async function jobIn(stage: Stage, state: string) {
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  await stage.database.sql`update jobs set state = ${state} where batch_id = ${batchId}`;
  const [job] = await jobsOf(stage, batchId);
  if (job === undefined) throw new Error('no job was planned');
  return { batchId, job };
}

describe('what becomes of a job', () => {
  it.each([
    ['publishing', 'published', 'published'],
    ['published', 'published', 'published'],
    ['completed', 'completed', 'pending'],
    ['incomplete', 'incomplete', 'pending'],
  ])('published while %s: %s', async (before, after, row) => {
    const stage = await stageWith();
    const { batchId, job } = await jobIn(stage, before);
    await stage.db.transaction((tx) => markPublished(tx, job, 500, 1_000));
    expect(await findJob(stage.db, job.id)).toMatchObject({ state: after, scrapingJobId: 500 });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: row }]);
  });

  it('takes over a notification that came before its id was known, without our custom_id', async () => {
    const stage = await stageWith();
    const { batchId, job } = await jobIn(stage, 'publishing');
    const early = {
      source: 'webhook' as const,
      scrapingJobId: 500,
      customId: null,
      sitemapId: 789,
      status: 'finished',
    };
    await storeNotifications(stage.db, [early]);
    expect(await notificationsOf(stage)).toMatchObject([{ jobId: null, outcome: 'unknown job' }]);
    await stage.db.transaction((tx) => markPublished(tx, job, 500, 1_000));
    await adoptNotifications(stage.db, [job.id]);
    expect(await notificationsOf(stage)).toMatchObject([{ batchId, jobId: job.id, outcome: null }]);
  });

  it('given up, and then the API took it after all: job and rows are in flight again', async () => {
    const stage = await stageWith();
    const { batchId, job } = await jobIn(stage, 'publishing');
    await stage.db.transaction((tx) => markFailed(tx, job.id, 'perhaps\0published'));
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { state: 'failed', error: 'perhaps\uFFFDpublished' },
    ]);
    await stage.db.transaction((tx) => markPublished(tx, job, 500, 1_000));
    expect(await findJob(stage.db, job.id)).toMatchObject({
      state: 'published',
      error: null,
      finishedAt: null,
    });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'published', error: null }]);
  });

  it.each([
    ['publishing', 'pending'],
    ['published', 'published'],
    ['completed', 'completed'],
  ])('put back while %s: %s', async (before, after) => {
    const stage = await stageWith();
    const { job } = await jobIn(stage, before);
    await markPending(stage.db, job.id);
    expect(await findJob(stage.db, job.id)).toMatchObject({ state: after });
  });

  it('failed when it was completed: it stays so', async () => {
    const stage = await stageWith();
    const { batchId, job } = await jobIn(stage, 'published');
    await answer(stage, batchId, { 2: 'a' });
    await setJobState(stage.db, [job.id], 'completed');
    await stage.db.transaction((tx) => markFailed(tx, job.id, 'too late'));
    expect(await findJob(stage.db, job.id)).toMatchObject({ state: 'completed', error: null });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed', error: null }]);
  });
});

describe('a row that a retry asks after', () => {
  async function retried() {
    const stage = await stageWith();
    const { batchId, job: first } = await jobIn(stage, 'publishing');
    await stage.db.transaction(async (tx) => {
      await markFailed(tx, first.id, 'perhaps published');
      const task = taskByName(TASK);
      await retryRows(tx, batchId, null, { task, subjectsPerJob: 1 });
    });
    const [row] = await rowsOf(stage, batchId);
    const [, second] = await jobsOf(stage, batchId);
    return { stage, batchId, first, second, rowId: row?.id ?? 0 };
  }
  const result = (text: string) => rowResult(text, { stateText: '配達完了' });

  it('does not go with the older job, found or lost', async () => {
    const { stage, batchId, first, rowId } = await retried();
    await stage.db.transaction((tx) => markPublished(tx, first, 500, 1_000));
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }]);
    await saveOutcomes(
      stage.db,
      [{ jobId: first.id, outcomes: [{ rowId, result: null, error: 'empty' }] }],
      'webscraper',
    );
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending', error: null }]);
    await stage.db.transaction((tx) => markFailed(tx, first.id, 'gone'));
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending', error: null }]);
  });

  it('takes the older job’s result, until it has a newer one', async () => {
    const { stage, batchId, first, second, rowId } = await retried();
    await saveOutcomes(
      stage.db,
      [{ jobId: first.id, outcomes: [{ rowId, result: result('old\0'), error: null }] }],
      'webscraper',
    );
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed', result: 'old\uFFFD' }]);
    await saveOutcomes(
      stage.db,
      [{ jobId: second?.id ?? 0, outcomes: [{ rowId, result: result('new'), error: null }] }],
      'webscraper',
    );
    await saveOutcomes(
      stage.db,
      [{ jobId: first.id, outcomes: [{ rowId, result: result('old'), error: null }] }],
      'webscraper',
    );
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed', result: 'new' }]);
  });
});
