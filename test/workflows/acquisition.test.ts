import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUEUES } from '../../src/temporal/names.ts';
import { withWorkers } from '../support/workflows/run-fake.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());

it('late results of one workbook do not wait for another that cannot be written', async () => {
  const done: string[] = [];
  const activities = {
    wakeSaves: async () => ({ woken: 0 }),
    relayInbox: async () => [
      { batchId: 'b1', jobIds: [1] },
      { batchId: 'b2', jobIds: [2] },
    ],
    processResults: async ({ batchId }: { batchId: string }) => {
      done.push(`processed ${batchId}`);
      return { waiting: null };
    },
    writeBack: async ({ batchId }: { batchId: string }) => {
      if (batchId === 'b1') throw new Error('locked');
      done.push(`written ${batchId}`);
    },
    settleLate: async ({ batchId }: { batchId: string }) => void done.push(`settled ${batchId}`),
  };
  await withWorkers(env, activities, () =>
    env.client.workflow.execute('InboxRelayWorkflow', {
      workflowId: 'relay',
      taskQueue: QUEUES.acquisition,
    }),
  );
  expect(done).toEqual(['processed b1', 'settled b1', 'processed b2', 'written b2', 'settled b2']);
});
