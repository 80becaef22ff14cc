import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { createSavedBatchActivities } from '../../activities/saved-batches.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { emptyBatch } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();

/** The activities beside a Temporal that starts each workflow once. */
function savedBatchesOn(stage: Stage) {
  const started = new Set<string>();
  const start = async (type: string, { workflowId }: { workflowId: string }) => {
    if (started.has(workflowId)) throw new WorkflowExecutionAlreadyStartedError('it runs', workflowId, type);
    started.add(workflowId);
    return { firstExecutionRunId: 'run-1' };
  };
  const withDeadline = (_deadline: unknown, run: () => unknown) => run();
  const client = { workflow: { start }, withDeadline } as unknown as Client;
  const settings = { writebackEvery: 10, writebackMinIntervalMs: 0 } as Settings;
  const { database } = stage;
  return { started, ...createSavedBatchActivities({ database, client, settings }) };
}

it('a saved batch whose workflow the sweep has started runs; starting it again is no failure', async () => {
  const stage = await stageWith();
  const { id: batchId, workflowId } = await emptyBatch(stage, 'official_website_tracking');
  const { started, startSavedBatch } = savedBatchesOn(stage);
  started.add(workflowId);
  await stage.run(startSavedBatch, { batchId });
});

it('one that has run to its end is not started again', async () => {
  const stage = await stageWith();
  const { id: batchId } = await emptyBatch(stage, 'official_website_tracking');
  await setBatchState(stage.db, batchId, 'completed', null);
  const { started, startSavedBatch } = savedBatchesOn(stage);
  await stage.run(startSavedBatch, { batchId });
  expect(started.size).toBe(0);
});
