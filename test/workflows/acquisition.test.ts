import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUEUES } from '../../src/temporal/names.ts';
import type { Workflows } from '../../src/temporal/workflows.ts';
import { withWorkers } from '../support/workflows/run-fake.ts';
import { saveHistory } from '../support/workflows/save-history.ts';
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

// The last: a workflow's own end is waited for in time that is skipped by years.
it('each schedule that asks activities alone, and what it starts, has a shape of its own', async () => {
  const activities = {
    wakeSaves: async () => ({ woken: 1 }),
    relayInbox: async () => ({ late: ['b5'] }),
    processResults: async () => ({ unread: 0, readInMs: null }),
    writeBack: async () => {},
    sweepBatches: async () => [{ batchId: 'b6', state: 'failed', reason: 'lost' }],
    closeOrphan: async () => {},
    unwrittenBatches: async () => ['b7'],
    sweepFolders: async () => ({ found: 1 }),
    checkOverdueJobs: async () => ({ checked: 1 }),
    cleanUp: async () => ({ calls: 1 }),
    noteIncidents: async () => ({ untold: [1] }),
    tellIncident: async () => {},
  };
  const shapes: Partial<Record<keyof Workflows, string>> = {
    InboxRelayWorkflow: 'relayed',
    BatchSweepWorkflow: 'swept',
    FolderSweepWorkflow: 'folders-swept',
    LostWebhookWorkflow: 'lost-webhooks',
    CleanUpWorkflow: 'cleaned-up',
    IncidentsWorkflow: 'incidents',
  };
  await withWorkers(env, activities, async () => {
    const { workflow } = env.client;
    for (const [type, shape] of Object.entries(shapes)) {
      const handle = await workflow.start(type, { workflowId: shape, taskQueue: QUEUES.acquisition });
      await handle.result();
      await saveHistory(handle, shape);
    }
    for (const batchId of ['b5', 'b7']) await workflow.getHandle(`late:${batchId}`).result();
    await saveHistory(workflow.getHandle('late:b5'), 'late');
  });
});
