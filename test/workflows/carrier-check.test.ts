import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Checked } from '../../activities/carrier-check.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { withWorkers } from '../support/workflows/run-fake.ts';
import { saveHistory } from '../support/workflows/save-history.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());

let serial = 0;

/** One run of the schedule; `answer` is what each turn comes to. Gives when each was, and what the run ends with. */
async function runWith(answer: (turn: number) => Checked, saveAs?: string) {
  const atMs: number[] = [];
  const shares: number[] = [];
  const activities = {
    checkNumbers: async ({ pauseShare }: { pauseShare: number }) => {
      atMs.push(await env.currentTimeMs());
      shares.push(pauseShare);
      return answer(atMs.length);
    },
  };
  const ended = await withWorkers(env, activities, async () => {
    const workflowId = `check-${++serial}`;
    const start = { workflowId, taskQueue: QUEUES.acquisition };
    await env.client.workflow.start('CarrierCheckWorkflow', start);
    const handle = env.client.workflow.getHandle(workflowId);
    const result: unknown = await handle.result();
    if (saveAs !== undefined) await saveHistory(handle, saveAs);
    return result;
  });
  return {
    ended,
    shares,
    gapsS: atMs.slice(1).map((ms, index) => Math.round((ms - (atMs[index] ?? 0)) / 1_000)),
  };
}

it('asks ten numbers a request until none are left, with the pause that each request asks for', async () => {
  const answers: Checked[] = [
    { asked: 10, waitMs: 30_000 },
    { asked: 0, waitMs: 2_000 },
    { asked: 4, waitMs: 10_000 },
    { asked: 0, waitMs: null },
  ];
  const run = await runWith((turn) => answers[turn - 1]!, 'carrier-check');
  expect(run).toMatchObject({ ended: { asked: 14 }, gapsS: [30, 2, 10] });
  expect(new Set(run.shares).size).toBe(4);
});

it('ends after a hundred numbers, or where others ask all the time: the next run goes on', async () => {
  const many = await runWith(() => ({ asked: 10, waitMs: 50_000 }));
  expect(many.ended).toEqual({ asked: 100 });
  const none = await runWith(() => ({ asked: 0, waitMs: 1_000 }));
  expect(none.ended).toEqual({ asked: 0 });
  expect(none.gapsS).toHaveLength(19);
});
