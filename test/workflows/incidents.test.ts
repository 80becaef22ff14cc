import { ApplicationFailure } from '@temporalio/common';
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

/** One run of the schedule; the first message fails with this. Gives every try, and how the run ended. */
async function runWith(workflowId: string, failure: Error | null) {
  const tries: number[] = [];
  const activities = {
    noteIncidents: async () => ({ untold: [1, 2] }),
    tellIncident: async ({ incidentId }: { incidentId: number }) => {
      tries.push(incidentId);
      if (incidentId === 1 && failure !== null) throw failure;
    },
  };
  const ended = await withWorkers(env, activities, () =>
    env.client.workflow
      .execute('IncidentsWorkflow', { workflowId, taskQueue: QUEUES.acquisition })
      .catch(() => 'failed'),
  );
  return { tries, ended };
}

it('each incident is told by an activity of its own', async () => {
  expect(await runWith('told', null)).toEqual({ tries: [1, 2], ended: { told: 2 } });
});

it('a message that is refused is tried once, keeps none of the others, and shows in the schedule', async () => {
  const refused = ApplicationFailure.create({ type: 'NOTICE_REFUSED', message: '400' });
  expect(await runWith('refused', refused)).toEqual({ tries: [1, 2], ended: 'failed' });
});

it('a receiver that is down is tried twice, and again by the next run', async () => {
  const down = ApplicationFailure.create({ type: 'NOTICE_NOT_TAKEN', message: '503' });
  expect(await runWith('down', down)).toEqual({ tries: [1, 1], ended: 'failed' });
});
