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
    relayInbox: async () => ({ late: ['b1', 'b2'] }),
    processResults: async ({ batchId }: { batchId: string }) => {
      done.push(`processed ${batchId}`);
      return { unread: 0, readInMs: null };
    },
    writeBack: async ({ batchId }: { batchId: string }) => {
      if (batchId === 'b1') throw new Error('locked');
      done.push(`written ${batchId}`);
    },
  };
  await withWorkers(env, activities, async () => {
    await env.client.workflow.execute('InboxRelayWorkflow', {
      workflowId: 'relay',
      taskQueue: QUEUES.acquisition,
    });
    for (const batchId of ['b1', 'b2']) await env.client.workflow.getHandle(`late:${batchId}`).result();
  });
  expect(done.toSorted()).toEqual(['processed b1', 'processed b2', 'written b2']);
});

it('B.21: one late result that fails keeps none of those behind it', async () => {
  const done: string[] = [];
  const activities = {
    wakeSaves: async () => ({ woken: 0 }),
    relayInbox: async () => ({ late: ['b3', 'b4'] }),
    processResults: async ({ batchId }: { batchId: string }) => {
      if (batchId === 'b3') throw new Error('a result that nobody can take down');
      done.push(batchId);
      return { unread: 0, readInMs: null };
    },
    writeBack: async () => {},
  };
  await withWorkers(env, activities, async () => {
    await env.client.workflow.execute('InboxRelayWorkflow', {
      workflowId: 'relay-2',
      taskQueue: QUEUES.acquisition,
    });
    await env.client.workflow.getHandle('late:b4').result();
    await expect(env.client.workflow.getHandle('late:b3').result()).rejects.toThrow();
  });
  expect(done).toEqual(['b4']);
});
