import { describe, expect, it } from 'vitest';
import { giveUpRows } from '../../src/batches/give-up.ts';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { changeBatch } from '../../src/db/batches.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { newMessage } from '../support/activities/messages.ts';
import { callsMade, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const GIVEN_UP = { state: 'failed', error: 'given up by mei: nobody answers' };

const giveUp = (stage: Stage, batchId: string, ...numbers: number[]) =>
  changeBatch(stage.db, batchId, (tx) => giveUpRows(tx, batchId, numbers, newMessage('nobody answers')));
const end = (stage: Stage, batchId: string) =>
  stage.run(stage.activities.endBatch, { batchId, state: 'completed', reason: null });

describe('a row that was given up', () => {
  it('pending: is never published, and the batch can end; who and why are kept', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await giveUp(stage, batchId, 3);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }, GIVEN_UP]);
    expect(await publishAll(stage, batchId)).toHaveLength(1);
    await stage.notified(1);
    await processAll(stage, batchId);
    expect(await end(stage, batchId)).toMatchObject({ ended: true, counts: { completed: 1, failed: 1 } });
    const actions = await stage.database.sql`select action, by, why, details from actions`;
    expect(actions).toEqual([{ action: 'give up', by: 'mei', why: 'nobody answers', details: 'rows 3' }]);
  });

  it.each([true, false])(
    'published: keeps no batch running; its result still counts (batch ended: %s)',
    async (ended) => {
      const stage = await stageWith();
      stage.sandbox.addFault({ kind: 'lost-webhook' });
      const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
      await publishAll(stage, batchId);
      await giveUp(stage, batchId, 2);
      expect(await batchFigures(stage.db, batchId)).toMatchObject({ inFlight: 0, counts: { failed: 1 } });
      expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'failed', owesDownload: false }]);
      if (ended) expect(await end(stage, batchId)).toMatchObject({ ended: true });
      const [job] = await jobsOf(stage, batchId);
      await stage.database
        .sql`insert into notifications (source, scraping_job_id, custom_id, sitemap_id, status, batch_id, job_id)
      select 'webhook', scraping_job_id, custom_id, sitemap_id, 'finished', batch_id, id from jobs where id = ${job?.id ?? 0}`;
      expect(await processAll(stage, batchId)).toMatchObject({ inFlight: 0, counts: { completed: 1 } });
    },
  );

  it('as its publish is under way: the answer does not bring it back, nor is its result waited for', async () => {
    const during: { giveUp?: () => Promise<void> } = {};
    const stage = await stageWith({
      around: (real) => ({
        publish: async (...args) => {
          await during.giveUp?.();
          return real.publish(...args);
        },
      }),
    });
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    during.giveUp = () => giveUp(stage, batchId, 2);
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published', inFlight: 0 }]);
    expect(await rowsOf(stage, batchId)).toMatchObject([GIVEN_UP]);
    await stage.notified(1);
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { completed: 1 } });
  });

  it('in doubt, and not in the list of jobs: is not published again', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await stage.database
      .sql`update jobs set state = 'publishing', intent_at = now() - interval '121 seconds'`;
    await giveUp(stage, batchId, 2);
    await stage.run(acquisitionOn(stage).checkOverdueJobs);
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'failed' }]);
    expect(callsMade(stage)).toEqual(['GET scraping-jobs']);
    expect(await end(stage, batchId)).toMatchObject({ ended: true });
  });

  it('beside others of its job: the job goes on for them, and brings its result too', async () => {
    const stage = await stageWith({ urlsPerJob: 2 });
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await giveUp(stage, batchId, 2);
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published', inFlight: 1 }]);
    expect(await rowsOf(stage, batchId)).toMatchObject([GIVEN_UP, { state: 'published' }]);
    await stage.notified(1);
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { completed: 2 } });
  });
});

it('rows that are not open are named, and nothing is changed', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1), '?']);
  await expect(giveUp(stage, batchId, 2, 3, 9)).rejects.toMatchObject({
    code: 'ROWS_NOT_OPEN',
    message: `batch ${batchId}: only rows that are pending, published or redirected can be given up, not 3 (invalid), 9 (not in it); nothing was changed`,
  });
  expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending' }, { state: 'invalid' }]);
  expect(await stage.database.sql`select from actions`).toHaveLength(0);
});
