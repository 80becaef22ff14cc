import { describe, expect, it } from 'vitest';
import { findBatch } from '../../src/db/batches.ts';
import { batchOf, jobsOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { callsMade, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

async function published(stage: Stage, urls: string[]) {
  const batchId = await batchOf(stage, TASK, urls);
  await publishAll(stage, batchId);
  const jobIds = (await jobsOf(stage, batchId)).map(({ id }) => id);
  return { batchId, jobIds, acquisition: acquisitionOn(stage) };
}

const workflowOf = async (stage: Stage, batchId: string) =>
  (await findBatch(stage.db, batchId))?.workflowId ?? '';
const receivedLongAgo = (stage: Stage) =>
  stage.database.sql`update notifications set received_at = now() - interval '1 minute'`;
const makeOverdue = (stage: Stage) =>
  stage.database.sql`update jobs set deadline_at = now() - interval '1 second' where state = 'published'`;

describe('what was not signalled', () => {
  it('is signalled to the batch that runs, as one list', async () => {
    const stage = await stageWith();
    const { batchId, jobIds, acquisition } = await published(stage, [orderUrl(1), orderUrl(2)]);
    await stage.notified(2);
    acquisition.temporal.statuses.set(await workflowOf(stage, batchId), 'RUNNING');
    expect(await stage.run(acquisition.relayInbox)).toEqual({ late: [] });
    expect(acquisition.temporal.signals).toEqual([]);

    await receivedLongAgo(stage);
    expect(await stage.run(acquisition.relayInbox)).toEqual({ late: [] });
    const [signal] = acquisition.temporal.signals as { batchId: string; jobIds: number[] }[];
    expect(signal?.batchId).toBe(batchId);
    expect(signal?.jobIds.toSorted((a, b) => a - b)).toEqual(jobIds);
    // As long as nobody has read them it pokes: a signal may be lost with its run.
    await stage.run(acquisition.relayInbox);
    expect(acquisition.temporal.signals).toHaveLength(2);
    await processAll(stage, batchId);
    await stage.run(acquisition.relayInbox);
    expect(acquisition.temporal.signals).toHaveLength(2);
  });

  it('after its batch ended, is given back until it has been processed', async () => {
    const stage = await stageWith();
    const { batchId, jobIds, acquisition } = await published(stage, [orderUrl(1), orderUrl(2, 'slow')]);
    await stage.notified(2);
    await receivedLongAgo(stage);
    expect(await stage.run(acquisition.relayInbox)).toEqual({ late: [batchId] });

    // One is processed; the other has to wait.
    await stage.database
      .sql`update jobs set read_after = now() + interval '1 hour' where id = ${jobIds[1] ?? 0}`;
    await stage.run(stage.activities.processResults, { batchId });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed' }, { state: 'published' }]);
    await stage.database.sql`update jobs set read_after = null`;
    expect(await stage.run(acquisition.relayInbox)).toEqual({ late: [batchId] });
    await processAll(stage, batchId);
    expect(await stage.run(acquisition.relayInbox)).toEqual({ late: [] });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed' }, { state: 'completed' }]);
  });
});

describe('a job whose webhook is overdue', () => {
  it('failure 10 of before: lost-webhook: is found to have ended, and processed', async () => {
    const stage = await stageWith();
    stage.sandbox.addFault({ kind: 'lost-webhook' });
    const { batchId, acquisition } = await published(stage, [orderUrl(1)]);
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 0, found: 0 });
    await makeOverdue(stage);
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
    expect(await notificationsOf(stage)).toMatchObject([{ source: 'check', status: 'finished' }]);
    expect((await processAll(stage, batchId)).counts).toMatchObject({ completed: 1 });
    expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET scraping-job/N', 'GET scraping-job/N/csv']);
    await makeOverdue(stage);
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 0, found: 0 });
  });

  it('of many the account’s list is asked, a hundred a call', async () => {
    const stage = await stageWith({ urlsPerJob: 1 });
    stage.sandbox.addFault({ kind: 'lost-webhook' });
    const urls = Array.from({ length: 12 }, (_, index) => orderUrl(index + 1));
    const { batchId, acquisition } = await published(stage, urls);
    await makeOverdue(stage);
    const before = callsMade(stage).length;
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 12, found: 12 });
    expect(callsMade(stage).slice(before)).toEqual(['GET scraping-jobs']);
    expect((await processAll(stage, batchId)).counts).toMatchObject({ completed: 12 });
  });

  it('of many, those that the list does not tell of are asked after one by one', async () => {
    const stage = await stageWith();
    const urls = Array.from({ length: 6 }, (_, index) =>
      orderUrl(index + 1, index === 0 ? 'job-gone' : 'lost-webhook'),
    );
    const { acquisition } = await published(stage, urls);
    await makeOverdue(stage);
    const before = callsMade(stage).length;
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 6, found: 6 });
    expect(callsMade(stage).slice(before)).toEqual(['GET scraping-jobs', 'GET scraping-job/N']);
  });

  it.each(['job-stuck', 'status-500'] as const)(
    '%s: is asked after again a deadline later',
    async (fault) => {
      const stage = await stageWith();
      const { batchId, acquisition } = await published(stage, [orderUrl(1, `${fault},lost-webhook`)]);
      await makeOverdue(stage);
      expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 1, found: 0 });
      expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 0, found: 0 });
      expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'published' }]);
      const [job] = await jobsOf(stage, batchId);
      expect(job?.deadlineAt?.getTime()).toBeGreaterThan(Date.now() + stage.jobDeadlineMs - 60_000);
    },
  );

  it('job-gone: its row fails with the reason', async () => {
    const stage = await stageWith();
    const { batchId, acquisition } = await published(stage, [orderUrl(1, 'job-gone')]);
    await makeOverdue(stage);
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
    expect(await processAll(stage, batchId)).toMatchObject({ readInMs: null, counts: { failed: 1 } });
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toMatch(/answered 404 to a question after job \d+$/);
  });

  it('waits for a free call, and none is passed over', async () => {
    const stage = await stageWith({ limits: { callLimit: 5 } });
    stage.sandbox.addFault({ kind: 'lost-webhook' });
    const { acquisition } = await published(stage, [orderUrl(1), orderUrl(2)]);
    await makeOverdue(stage);
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 0, found: 0 });
    stage.time.nowMs += 1_000_000;
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
  });

  it('in flight when its batch ended: is asked after all the same, and its row has its result', async () => {
    const stage = await stageWith();
    stage.sandbox.addFault({ kind: 'lost-webhook' });
    const { batchId, acquisition } = await published(stage, [orderUrl(1)]);
    await makeOverdue(stage);
    await stage.run(acquisition.closeOrphan, { batchId, reason: 'gone' });
    expect(await stage.run(acquisition.checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
    await processAll(stage, batchId);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'completed' }]);
  });
});
