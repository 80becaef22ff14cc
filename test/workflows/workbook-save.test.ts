import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExaminedSave } from '../../activities/saves.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { withWorkers } from '../support/workflows/run-fake.ts';
import { saveHistory } from '../support/workflows/save-history.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());

const NOTHING: ExaminedSave = { outcome: 'nothing to look up', running: null, started: null, writeAgain: [] };

/** What a save's workflow does, in order; each examination gives the next of these. */
function fakeSaves(examined: Partial<ExaminedSave>[], more: Record<string, unknown> = {}) {
  const done: string[] = [];
  const activities = {
    examineSave: async () => {
      done.push('examined');
      return { ...NOTHING, ...examined.shift() };
    },
    startSavedBatch: async ({ batchId }: { batchId: string }) => void done.push(`started ${batchId}`),
    tellBatch: async ({ batchId }: { batchId: string }) => {
      done.push(`told ${batchId}`);
      return true;
    },
    writeBack: async ({ batchId }: { batchId: string }) => void done.push(`written ${batchId}`),
    answerWords: async ({ workbook }: { workbook: string }) => void done.push(`answered ${workbook}`),
    ...more,
  };
  return { done, activities };
}

let serial = 0;
const start = (workflowId: string) =>
  env.client.workflow.signalWithStart('WorkbookSaveWorkflow', {
    workflowId,
    taskQueue: QUEUES.acquisition,
    args: [{ workbook: 'webdav:/a.xlsx' }],
    signal: 'workbookSaved',
    signalArgs: [],
  });

async function run(
  { activities }: ReturnType<typeof fakeSaves>,
  during: (signal: () => Promise<unknown>) => Promise<void> = async () => {},
  saveAs?: string,
): Promise<unknown> {
  return withWorkers(env, activities, async () => {
    const workflowId = `save-${++serial}`;
    await start(workflowId);
    // A handle of this kind skips time while its result is awaited.
    const handle = env.client.workflow.getHandle(workflowId);
    await during(() => start(workflowId));
    const outcome = await handle.result();
    if (saveAs !== undefined) await saveHistory(handle, saveAs);
    return outcome;
  });
}

it('a burst of saves is examined once, and starts its batch', async () => {
  const fake = fakeSaves([{ started: 'b1', outcome: 'batch b1: 3 rows' }]);
  const outcome = await run(
    fake,
    async (signal) => {
      for (let save = 0; save < 5; save += 1) {
        await env.sleep('500ms');
        await signal();
      }
    },
    'save-started',
  );
  expect(outcome).toBe('batch b1: 3 rows');
  expect(fake.done).toEqual(['examined', 'started b1']);
});

it('one who saves without a pause is examined all the same, after ten seconds', async () => {
  const fake = fakeSaves([]);
  let signals = 0;
  await run(fake, async (signal) => {
    while (fake.done.length === 0) {
      await env.sleep('500ms');
      await signal();
      signals += 1;
    }
  });
  expect(signals).toBeGreaterThan(15);
  expect(signals).toBeLessThan(30);
});

it('a save while one is examined is examined after it', async () => {
  let signalled = async () => {};
  const fake = fakeSaves([{ writeAgain: ['b0'] }, { outcome: 'nothing new' }], {
    writeBack: async () => signalled(),
  });
  const outcome = await run(fake, async (signal) => {
    signalled = async () => void (await signal());
  });
  expect(outcome).toBe('nothing new');
  expect(fake.done).toEqual(['examined', 'examined']);
});

it('joins the running batch; one that is ending is waited for', async () => {
  let told = 0;
  const running = { running: 'b1' };
  const fake = fakeSaves([running, running, running, running, running, { started: 'b2' }], {
    tellBatch: async () => {
      told += 1;
      return false;
    },
  });
  const before = await env.currentTimeMs();
  await run(fake, undefined, 'save-joined');
  expect(told).toBe(5);
  // 10, 20, 40, 60 and 60 s: a locked workbook may keep a cancelled batch from its end for days.
  expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(190_000);
  expect(fake.done.slice(-2)).toEqual(['examined', 'started b2']);
});

it('results that cannot be written again just now keep nobody waiting', async () => {
  const fake = fakeSaves([{ writeAgain: ['b0'], started: 'b1' }], {
    writeBack: async () => {
      throw new Error('locked');
    },
  });
  await run(fake);
  expect(fake.done).toEqual(['examined', 'started b1']);
});

it('words in a sheet are answered before their batch starts; a workbook that is locked keeps none back', async () => {
  const words = { answers: 'webdav:/a.xlsx', started: 'b1' };
  const fake = fakeSaves([words]);
  await run(fake, undefined, 'save-answered');
  expect(fake.done).toEqual(['examined', 'answered webdav:/a.xlsx', 'started b1']);
  const locked = fakeSaves([words], {
    answerWords: async () => {
      throw new Error('locked');
    },
  });
  await run(locked);
  expect(locked.done).toEqual(['examined', 'started b1']);
});
