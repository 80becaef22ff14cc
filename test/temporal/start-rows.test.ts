import { expect, it } from 'vitest';
import { batchStatus } from '../../src/batches/status.ts';
import { findBatch, setBatchState } from '../../src/db/batches.ts';
import { startRows } from '../../src/temporal/start-rows.ts';
import { answer } from '../support/activities/answers.ts';
import { jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { givenRowsBatch, rowsRequest, takingClient } from '../support/activities/given-rows.ts';
import type { Started } from '../support/activities/given-rows.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'yamato_tracking_only';
const NUMBERS = ['398004123005', 'x', '398004123005'];

async function setUp() {
  const stage = await stageWith();
  const started: Started[] = [];
  const deps = { database: stage.database, client: takingClient(started), settings: stage.settings };
  return { stage, started, deps };
}

it('starts a batch that has no workbook, beside others like it', async () => {
  const { stage, started, deps } = await setUp();
  const first = await startRows(deps, rowsRequest(TASK, NUMBERS));
  expect(await stage.db.query.actions.findMany()).toMatchObject([
    { batchId: first.batchId, action: 'start', by: 'mika' },
  ]);
  const second = await startRows(deps, rowsRequest(TASK, NUMBERS));
  expect(first).toEqual({
    batchId: expect.any(String),
    workflowId: `tracking:${TASK}:rows:${first.batchId}`,
    runId: 'run-1',
    task: TASK,
    workbook: null,
  });
  expect(second.batchId).not.toBe(first.batchId);
  expect(started[0]).toMatchObject({
    type: 'TrackingBatchWorkflow',
    args: [{ fromRows: true, writebackEvery: 10, title: `${TASK} · rows.json · all rows` }],
  });
  expect(started[0]?.staticDetails).toContain('**Rows from** rows.json');
  expect(started[0]?.typedSearchAttributes.map(({ key }) => key.name)).not.toContain('TsuisekiWorkbook');
  expect(await batchStatus(stage.db, { id: first.batchId }, stage.limits)).toMatchObject({
    workbook: null,
    rowsFrom: 'rows.json',
    state: 'running',
    notes: [],
  });
});

it('its rows are planned by the worker, once, and then stand in `rows` alone', async () => {
  const stage = await stageWith({ urlsPerJob: 5 });
  const batchId = await givenRowsBatch(stage, TASK, NUMBERS);
  const [figures] = await stage.database.sql`select count(*)::int as given from given_rows`;
  expect(figures).toEqual({ given: 0 });
  expect(await stage.run(stage.activities.importRows, { batchId })).toMatchObject({
    counts: { total: 3, pending: 2, invalid: 1 },
  });
  expect(
    (await rowsOf(stage, batchId)).map(({ row, state, occurrence }) => [row, state, occurrence]),
  ).toEqual([
    [2, 'pending', 0],
    [3, 'invalid', 0],
    [4, 'pending', 1],
  ]);
  expect((await jobsOf(stage, batchId)).map(({ customId }) => customId)).toEqual([`yto-${batchId}-1`]);
});

it('of chosen rows only these', async () => {
  const stage = await stageWith();
  const batchId = await givenRowsBatch(stage, TASK, NUMBERS, { rows: [4] });
  expect((await rowsOf(stage, batchId)).map(({ row }) => row)).toEqual([4]);
});

it('what an earlier batch of rows is known to have come to is not asked again, unless fresh', async () => {
  const stage = await stageWith();
  const urls = [orderUrl(1), orderUrl(2)];
  const task = 'official_website_tracking';
  const first = await givenRowsBatch(stage, task, urls);
  await answer(stage, first, { 2: 'done', 3: 'on its way' });
  await stage.database
    .sql`update rows set status = 'delivered', event_at = now(), terminal_at = now() where row = 2`;
  await setBatchState(stage.db, first, 'completed', null);
  const states = async (batchId: string) =>
    (await rowsOf(stage, batchId)).map(({ state, source, result }) => [state, source, result]);
  expect(await states(await givenRowsBatch(stage, task, urls))).toEqual([
    ['completed', 'record', 'done'],
    ['pending', null, null],
  ]);
  expect(await states(await givenRowsBatch(stage, task, urls, { fresh: true }))).toEqual([
    ['pending', null, null],
    ['pending', null, null],
  ]);
});

it('a start with the same key is the same batch for a day, also where two come at once', async () => {
  const { stage, started, deps } = await setUp();
  const request = rowsRequest(TASK, NUMBERS, { key: 'k1' });
  const [one, other] = await Promise.all([startRows(deps, request), startRows(deps, request)]);
  expect(other.batchId).toBe(one.batchId);
  await setBatchState(stage.db, one.batchId, 'completed', null);
  expect((await startRows(deps, request)).batchId).toBe(one.batchId);
  expect(started).toHaveLength(1);
  expect((await startRows(deps, { ...request, key: 'k2' })).batchId).not.toBe(one.batchId);

  await stage.database.sql`update batches set started_at = now() - interval '25 hours'`;
  const next = await startRows(deps, request);
  expect(next.batchId).not.toBe(one.batchId);
  expect((await startRows(deps, request)).batchId).toBe(next.batchId);
});

it('an unknown task leaves nothing behind', async () => {
  const { stage, deps } = await setUp();
  const starting = startRows(deps, { ...rowsRequest(TASK, NUMBERS), task: 'bogus' });
  await expect(starting).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
  expect(await stage.db.query.batches.findMany()).toEqual([]);
});

it('a workflow that cannot be started closes the batch with the reason', async () => {
  const { stage, deps } = await setUp();
  const { id } = (await stage.db.query.batches.findFirst()) ?? { id: null };
  expect(id).toBeNull();
  const client = takingClient();
  Object.assign(client.workflow, {
    start: () => Promise.reject(new Error('refused')),
    getHandle: () => ({ describe: async () => ({ status: { name: 'TERMINATED' } }) }),
  });
  await expect(startRows({ ...deps, client }, rowsRequest(TASK, NUMBERS))).rejects.toThrow('refused');
  const [batch] = await stage.db.query.batches.findMany();
  expect(await findBatch(stage.db, batch?.id ?? '')).toMatchObject({
    state: 'failed',
    reason: 'could not be started: refused',
  });
});
