import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { applyTemporalConfig } from '../../src/temporal/apply-config.ts';
import { temporalFigures } from '../../src/temporal/figures.ts';
import { applySchedules, recurring } from '../../src/temporal/schedules.ts';
import { WAITS } from '../../src/temporal/search-attributes.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

const DEADLINE_MS = 1_800_000;
/** A server that indexes what was written. */
const PATIENCE = { timeout: 30_000, interval: 200 };

let server: DevServer;

beforeAll(async () => {
  server = await pausingServer();
});
afterAll(() => server.stop());

it('a system of which nothing is set up: no worker, no schedule, nobody waits', async () => {
  const connection = server.client.connection;
  await applyTemporalConfig(connection, 'default');
  const { queues, schedules, waits } = await temporalFigures(server.client, DEADLINE_MS);
  expect(queues).toHaveLength(7);
  expect(queues.every(({ polled, backlog }) => !polled && backlog === 0)).toBe(true);
  expect(schedules.map(({ id }) => id)).toEqual(recurring(DEADLINE_MS).map(({ id }) => id));
  expect(schedules.every(({ ok, runs }) => !ok && runs === 0)).toBe(true);
  expect(waits).toEqual([]);
});

it('counts what waits in a queue, and says which queue has a worker', async () => {
  const start = (workflowId: string, wait: 'lock' | 'person') =>
    server.client.workflow.start('TrackingBatchWorkflow', {
      ...{ workflowId, taskQueue: 'tracking_batch_queue', args: [] },
      typedSearchAttributes: [{ key: WAITS, value: wait }],
    });
  await Promise.all([start('a', 'lock'), start('b', 'lock'), start('c', 'person')]);
  const polling = new AbortController();
  onTestFinished(() => polling.abort());
  const request = { namespace: 'default', taskQueue: { name: 'aggregation_queue' }, identity: 'a test' };
  const { client } = server;
  // With less than a minute the server takes it for none.
  const poll = () =>
    client.withDeadline(Date.now() + 65_000, () => client.workflowService.pollActivityTaskQueue(request));
  void client.withAbortSignal(polling.signal, poll).catch(() => null);
  await vi.waitFor(async () => {
    const { queues, waits } = await temporalFigures(server.client, DEADLINE_MS);
    const of = new Map(queues.map(({ queue, ...rest }) => [queue, rest]));
    expect(of.get('tracking_batch_queue')).toEqual({ worker: 'tracking_batch', polled: false, backlog: 3 });
    expect(of.get('aggregation_queue')).toEqual({ worker: 'aggregation', polled: true, backlog: 0 });
    expect(waits.toSorted()).toEqual(['lock', 'lock', 'person']);
  }, PATIENCE);
});

it('schedules: runs, failures in a row, and the last that was well', async () => {
  await applySchedules(server.client, DEADLINE_MS);
  const handle = server.client.schedule.getHandle('tsuiseki-clean-up');
  const cleanUp = async () => {
    const { schedules } = await temporalFigures(server.client, DEADLINE_MS);
    return schedules.find(({ id }) => id === 'tsuiseki-clean-up');
  };
  expect(await cleanUp()).toMatchObject({ ok: true, runs: 0, lastSuccessAt: null, failedInARow: 0 });
  for (const runs of [1, 2]) {
    await handle.trigger();
    await vi.waitFor(async () => expect(await cleanUp()).toMatchObject({ runs }), PATIENCE);
    const latest = (await handle.describe()).info.recentActions.at(-1);
    await server.client.workflow.getHandle(latest?.action.workflow.workflowId ?? '').terminate();
    await vi.waitFor(async () => {
      expect(await cleanUp()).toMatchObject({ failed: runs, failedInARow: runs });
    }, PATIENCE);
  }
  expect(await cleanUp()).toMatchObject({ ok: true, lastSuccessAt: null, skipped: 0, missed: 0 });
});
