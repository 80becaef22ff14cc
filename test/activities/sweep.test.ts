import { describe, expect, it } from 'vitest';
import { findBatch, reopenBatch, setBatchState, setRunId } from '../../src/db/batches.ts';
import { batchOf, orderUrl } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();

async function openedLongAgo(stage: Stage, runId: string | null, status: string | null) {
  const id = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  if (runId !== null) await setRunId(stage.db, id, runId);
  await stage.database.sql`update batches set opened_at = now() - interval '2 minutes' where id = ${id}`;
  const acquisition = acquisitionOn(stage);
  const workflowId = (await findBatch(stage.db, id))?.workflowId ?? '';
  if (status !== null) acquisition.temporal.statuses.set(workflowId, status);
  return { id, acquisition };
}

it('a start that died before its workflow is completed', async () => {
  const stage = await stageWith();
  const { id, acquisition } = await openedLongAgo(stage, null, null);
  expect(await stage.run(acquisition.sweepBatches)).toEqual([]);
  expect(acquisition.temporal.started).toEqual([id]);
});

it('a start just under way is left alone', async () => {
  const stage = await stageWith();
  await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  const acquisition = acquisitionOn(stage);
  expect(await stage.run(acquisition.sweepBatches)).toEqual([]);
  expect(acquisition.temporal.started).toEqual([]);
});

it.each(['RUNNING', 'CONTINUED_AS_NEW'])('a workflow that is %s goes on', async (status) => {
  const stage = await stageWith();
  const { acquisition } = await openedLongAgo(stage, 'run', status);
  expect(await stage.run(acquisition.sweepBatches)).toEqual([]);
  expect(acquisition.temporal.started).toEqual([]);
});

it.each([
  ['TERMINATED', 'its workflow is no more (terminated); retry runs it again'],
  ['TIMED_OUT', 'its workflow is no more (timed out); retry runs it again'],
  [null, 'its workflow is no more (not found); retry runs it again'],
])('a workflow that is %s leaves an orphan, which is closed with the reason', async (status, reason) => {
  const stage = await stageWith();
  const { id, acquisition } = await openedLongAgo(stage, 'run', status);
  const orphans = await stage.run(acquisition.sweepBatches);
  expect(orphans).toEqual([{ batchId: id, reason }]);
  await stage.run(acquisition.closeOrphan, { batchId: id, reason });
  expect(await findBatch(stage.db, id)).toMatchObject({ state: 'failed', reason });
  expect(await stage.run(acquisition.sweepBatches)).toEqual([]);
});

it('clean-up prunes calls that neither count nor are of use', async () => {
  const stage = await stageWith();
  await stage.database.sql`insert into calls (kind, started_at, expires_at) values
    ('check', now() - interval '61 days', now() - interval '61 days'),
    ('check', now() - interval '61 days', now() + interval '1 hour'),
    ('check', now() - interval '59 days', now() - interval '59 days')`;
  expect(await stage.run(acquisitionOn(stage).cleanUp)).toEqual({
    calls: 1,
    forgotten: 0,
    parcels: 0,
    requests: 0,
    rounds: 0,
    texts: 0,
    saves: 0,
    notifications: 0,
  });
  expect(await stage.database.sql`select id from calls`).toHaveLength(2);
});

it('B.23: clean-up forgets what was told and read long ago, and nothing unread', async () => {
  const stage = await stageWith();
  await stage.database
    .sql`insert into notifications (source, scraping_job_id, status, outcome, received_at) values
    ('webhook', 1, 'finished', 'processed', now() - interval '61 days'),
    ('webhook', 2, 'finished', null, now() - interval '61 days'),
    ('webhook', 3, 'finished', 'processed', now() - interval '59 days')`;
  expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ notifications: 1 });
  const kept = await stage.database.sql`select scraping_job_id::int as id from notifications order by id`;
  expect(kept).toEqual([{ id: 2 }, { id: 3 }]);
});

describe('B.18: closing an orphan looks again', () => {
  it('one that was reset meanwhile goes on', async () => {
    const stage = await stageWith();
    const { id, acquisition } = await openedLongAgo(stage, 'run', 'TERMINATED');
    const [orphan] = await stage.run(acquisition.sweepBatches);
    const workflowId = (await findBatch(stage.db, id))?.workflowId ?? '';
    acquisition.temporal.statuses.set(workflowId, 'RUNNING');
    await stage.run(acquisition.closeOrphan, orphan ?? { batchId: id, reason: '' });
    expect(await findBatch(stage.db, id)).toMatchObject({ state: 'running', finishedAt: null });
  });

  it('one that was run again between the look and the closing stays open', async () => {
    const stage = await stageWith();
    const { id, acquisition } = await openedLongAgo(stage, 'run', 'TERMINATED');
    const [orphan] = await stage.run(acquisition.sweepBatches);
    acquisition.temporal.onDescribe = async () => {
      acquisition.temporal.onDescribe = null;
      await setBatchState(stage.db, id, 'failed', 'terminated');
      await reopenBatch(stage.db, id);
    };
    await stage.run(acquisition.closeOrphan, orphan ?? { batchId: id, reason: '' });
    expect(await findBatch(stage.db, id)).toMatchObject({ state: 'running', finishedAt: null });
  });
});
