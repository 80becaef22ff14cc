import { describe, expect, it } from 'vitest';
import { createPublishActivities } from '../../activities/publish.ts';
import { rowsToRetry } from '../../src/batches/retry-rows.ts';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { batchOf, jobsOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { newMessage } from '../support/activities/messages.ts';
import { callsMade, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const REDIRECTING = 'official_website_redirect_to_yamato_tracking';

/** What the schedule does once the deadlines of all that is published have passed. */
async function checkOverdue(stage: Stage) {
  await stage.database
    .sql`update jobs set deadline_at = now() - interval '1 second' where state = 'published'`;
  return stage.run(acquisitionOn(stage).checkOverdueJobs);
}

/** A person's retry of a batch that has ended, as the command makes it. */
async function retryEnded(stage: Stage, batchId: string) {
  await reopenBatch(stage.db, batchId);
  return stage.run(stage.activities.retryRows, { batchId, ...newMessage(), rows: null });
}

const postsOf = (stage: Stage) => callsMade(stage).filter((call) => call.startsWith('POST'));
const tenMinutesLater = (stage: Stage) =>
  stage.database.sql`update jobs set finished_at = finished_at - interval '11 minutes'`;

describe('in flight when its batch ended, its webhook lost', () => {
  it('is asked after all the same, and its row has its result', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'lost-webhook')]);
    await publishAll(stage, batchId);
    await stage.run(stage.activities.endBatch, { batchId, state: 'cancelled', reason: null });
    expect(await checkOverdue(stage)).toMatchObject({ asked: 1, found: 1 });
    expect(await processAll(stage, batchId)).toMatchObject({ ended: true, counts: { completed: 1 } });
    expect(postsOf(stage)).toHaveLength(1);
  });

  it('also where the answer of its publish came after the end', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'lost-webhook')]);
    const [job] = await jobsOf(stage, batchId);
    const publish: Stage['webscraper']['publish'] = async (request) => {
      const answer = await stage.webscraper.publish(request);
      await setBatchState(stage.db, batchId, 'failed', 'terminated');
      return answer;
    };
    const { publishJob } = createPublishActivities({
      ...stage,
      webscraper: { ...stage.webscraper, publish },
    });
    await stage.run(publishJob, { batchId, jobId: job?.id ?? 0 });
    expect(await checkOverdue(stage)).toMatchObject({ found: 1 });
    await processAll(stage, batchId);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed' }]);
  });

  it('and nothing moved over 24 askings: its row fails, and may be tried again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'job-stuck,lost-webhook')]);
    await publishAll(stage, batchId);
    await setBatchState(stage.db, batchId, 'completed', null);
    await stage.database.sql`update jobs set asked = 22`;
    await checkOverdue(stage);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'published' }]);
    await checkOverdue(stage);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { state: 'failed', error: 'nothing has moved over 24 askings' },
    ]);
    expect(await rowsToRetry(stage.db, batchId, null)).toHaveLength(1);
  });
});

describe('after a terminate', () => {
  const close = (stage: Stage, batchId: string) =>
    stage.run(acquisitionOn(stage).closeOrphan, { batchId, reason: 'its workflow is no more (terminated)' });

  it('retry takes the rows that are pending, and publishes each once', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await close(stage, batchId);
    expect(await rowsToRetry(stage.db, batchId, null)).toHaveLength(2);
    await retryEnded(stage, batchId);
    await publishAll(stage, batchId);
    expect(postsOf(stage)).toHaveLength(2);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'published' }, { state: 'published' }]);
    // Else one may be stored in the next test.
    await stage.notified(2);
  });

  it('what was told and not read is read without the workflow', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await publishAll(stage, batchId);
    await stage.notified(1);
    await close(stage, batchId);
    await stage.database.sql`update notifications set received_at = now() - interval '1 minute'`;
    expect(await stage.run(acquisitionOn(stage).relayInbox)).toEqual({ late: [batchId] });
    await processAll(stage, batchId);
    expect(await notificationsOf(stage)).toMatchObject([{ outcome: 'processed' }]);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed' }]);
  });
});

it('of a cancelled batch retry takes what was not published', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
  await stage.run(stage.activities.endBatch, { batchId, state: 'cancelled', reason: null });
  expect(await rowsToRetry(stage.db, batchId, null)).toHaveLength(2);
  expect(await retryEnded(stage, batchId)).toMatchObject({
    counts: { pending: 2 },
    next: { label: 'row 2' },
  });
  await publishAll(stage, batchId);
  expect(postsOf(stage)).toHaveLength(2);
});

describe('left by a run that is no more', () => {
  it('publishing: is looked up, and published by the next run', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await stage.database.sql`update jobs set state = 'publishing', intent_at = now() - interval '1 hour'`;
    expect(await checkOverdue(stage)).toMatchObject({ again: 1 });
    expect(await batchFigures(stage.db, batchId)).toMatchObject({ inFlight: 0, next: { label: 'row 2' } });
  });

  it('incomplete: what is missing is asked for, and the batch can end', async () => {
    const stage = await stageWith({ urlsPerJob: 2, limits: { callLimit: 2 } });
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2, 'empty')]);
    await publishAll(stage, batchId);
    await stage.notified(1);
    expect(await processAll(stage, batchId)).toMatchObject({ inFlight: 1, counts: { completed: 1 } });
    // Its run settled what it had read, and was lost before the last question.
    await stage.database
      .sql`update notifications set outcome = 'processed', received_at = now() - interval '1 hour'`;
    stage.time.nowMs += 960_000;
    await stage.run(acquisitionOn(stage).checkOverdueJobs);
    expect(await processAll(stage, batchId)).toMatchObject({
      inFlight: 0,
      unread: 0,
      readInMs: null,
      counts: { completed: 1, failed: 1 },
    });
    await stage.run(stage.activities.endBatch, { batchId, state: 'completed', reason: null });
    expect(await batchFigures(stage.db, batchId)).toMatchObject({ ended: true });
  });

  it('a row whose job ended without a result for it: fails in the end, and may be tried again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await publishAll(stage, batchId);
    await stage.database.sql`update jobs set state = 'completed', finished_at = now()`;
    await checkOverdue(stage);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'published' }]);
    expect(await rowsToRetry(stage.db, batchId, [2])).toHaveLength(1);
    await tenMinutesLater(stage);
    await checkOverdue(stage);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { state: 'failed', error: 'its job ended without a result for it; retry the row' },
    ]);
  });
});

it('late redirect: the row says that it went by Japan Post, and retry takes it', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, REDIRECTING, [orderUrl(1, 'redirect')]);
  await publishAll(stage, batchId);
  await setBatchState(stage.db, batchId, 'failed', 'terminated');
  await stage.notified(1);
  expect(await processAll(stage, batchId)).toMatchObject({ next: null, inFlight: 0 });
  expect(await rowsOf(stage, batchId)).toMatchObject([
    { state: 'failed', error: expect.stringMatching(/^went by Japan Post, .*retry the row$/) },
  ]);
  expect(await jobsOf(stage, batchId)).toHaveLength(1);
  expect(await rowsToRetry(stage.db, batchId, null)).toHaveLength(1);
});

it('no wait is none: a batch with nothing left to read can end', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, ['?']);
  expect(await batchFigures(stage.db, batchId)).toMatchObject({ unread: 0, readInMs: null });
  const ended = await stage.run(stage.activities.endBatch, { batchId, state: 'completed', reason: null });
  expect(ended.ended).toBe(true);
});
