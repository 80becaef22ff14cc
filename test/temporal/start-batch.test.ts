import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { findBatch, setBatchState, setRunId } from '../../src/db/batches.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { retryBatch } from '../../src/temporal/retry-batch.ts';
import { startBatch } from '../../src/temporal/start-batch.ts';
import { emptyBatch } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const stageWith = useStage();
removeWorkbooksAfterEach();

type Told = { runId: string; status: { name: string } } | 'not found' | 'silent';

const silent = () => new ServiceError('Failed to start Workflow', { cause: new Error('14 UNAVAILABLE') });

/** A Temporal whose answer to a start is lost, and what it tells of the workflow afterwards. */
function depsWith(stage: Stage, told: Told) {
  const workflow = {
    start: () => Promise.reject(silent()),
    getHandle: (workflowId: string) => ({
      async describe() {
        if (told === 'silent') throw silent();
        if (told === 'not found') throw new WorkflowNotFoundError('not found', workflowId, undefined);
        return told;
      },
    }),
  };
  const withDeadline = (_deadline: unknown, run: () => unknown) => run();
  const client = { workflow, withDeadline } as unknown as Client;
  return { database: stage.database, files: stage.files, client, settings: readSettings({}) };
}

async function start(told: Told) {
  const stage = await stageWith();
  const workbook = await saveWorkbook([['390000000011']]);
  const request = { workbook, task: 'yamato_tracking_only', rows: null, fresh: false, by: 'mika' };
  const starting = startBatch(depsWith(stage, told), request);
  const outcome = await starting.catch((error: Error) => error);
  const [batch] = await stage.db.query.batches.findMany();
  expect(await stage.db.query.actions.findMany()).toMatchObject([
    { batchId: batch?.id, action: 'start', by: 'mika' },
  ]);
  return { outcome, batch };
}

describe('B.11: a start whose answer was lost', () => {
  it('that Temporal has is a start', async () => {
    const { outcome, batch } = await start({ runId: 'run-1', status: { name: 'RUNNING' } });
    expect(outcome).toMatchObject({ runId: 'run-1' });
    expect(batch).toMatchObject({ state: 'running', runId: 'run-1', finishedAt: null });
  });

  it('that Temporal has not closes the batch with the reason', async () => {
    const { outcome, batch } = await start('not found');
    expect(outcome).toBeInstanceOf(ServiceError);
    expect(batch?.state).toBe('failed');
    expect(batch?.reason).toMatch(/^could not be started: /);
  });

  it('that nobody can tell of leaves the batch to the sweep', async () => {
    const { outcome, batch } = await start('silent');
    expect(outcome).toMatchObject({ code: 'START_UNKNOWN' });
    expect(batch).toMatchObject({ state: 'running', runId: null, finishedAt: null });
  });

  it.each<[Told, string | null]>([
    [{ runId: 'run-2', status: { name: 'RUNNING' } }, null],
    ['silent', 'START_UNKNOWN'],
  ])('of a retry: the batch stays open (%j)', async (told, code) => {
    const stage = await stageWith();
    const { id } = await emptyBatch(stage, 'yamato_tracking_only');
    await setRunId(stage.db, id, 'run-1');
    await setBatchState(stage.db, id, 'completed', null);
    const retrying = retryBatch(depsWith(stage, told), id, { ...newMessage(), rows: null });
    expect(await retrying.catch((error: unknown) => error)).toEqual(
      code === null ? undefined : expect.objectContaining({ code }),
    );
    expect(await findBatch(stage.db, id)).toMatchObject({ state: 'running', finishedAt: null });
  });
});
