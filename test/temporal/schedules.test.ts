import { ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { scheduleHealth } from '../../src/temporal/schedule-health.ts';
import { applySchedules, recurring } from '../../src/temporal/schedules.ts';
import { QUEUE_OF_WORKFLOW } from '../../src/temporal/workflows.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

const DEADLINE_MS = 1_800_000;
let server: DevServer;

beforeAll(async () => {
  server = await pausingServer();
  await applySchedules(server.client, DEADLINE_MS);
});
afterAll(() => server.stop());

it('those of acquisition and aggregation are all there, once, after set-up and after another', async () => {
  await applySchedules(server.client, DEADLINE_MS);
  const ids = recurring(DEADLINE_MS).map(({ id }) => id);
  expect(ids.toSorted()).toEqual([
    'tsuiseki-batch-sweep',
    'tsuiseki-carrier-check',
    'tsuiseki-clean-up',
    'tsuiseki-folder-sweep',
    'tsuiseki-folder-walk',
    'tsuiseki-inbox-relay',
    'tsuiseki-incidents',
    'tsuiseki-lost-webhooks',
    'tsuiseki-requery',
    'tsuiseki-roll-up',
  ]);
  const listed: string[] = [];
  // What is listed comes a moment after it is there.
  await vi.waitFor(async () => {
    listed.length = 0;
    for await (const { scheduleId } of server.client.schedule.list()) listed.push(scheduleId);
    expect(listed.toSorted()).toEqual(ids.toSorted());
  }, 20_000);
});

it.each(recurring(DEADLINE_MS))('$id can be paused, unpaused and triggered', async (each) => {
  const handle = server.client.schedule.getHandle(each.id);
  const { spec, action } = await handle.describe();
  expect(spec.intervals).toMatchObject([{ every: each.everyMs }]);
  expect(action).toMatchObject({
    workflowType: each.workflowType,
    taskQueue: QUEUE_OF_WORKFLOW[each.workflowType],
  });
  await handle.pause('holidays');
  expect(await scheduleHealth(server.client, each)).toMatchObject({
    ok: false,
    details: expect.stringContaining('paused in Temporal'),
  });
  await handle.unpause();
  expect(await scheduleHealth(server.client, each)).toMatchObject({ ok: true });
  const { runs } = await scheduleHealth(server.client, each);
  // One that the schedule itself began lasts: nobody works here.
  await handle.trigger(ScheduleOverlapPolicy.ALLOW_ALL);
  await vi.waitFor(async () => {
    expect((await scheduleHealth(server.client, each)).runs).toBeGreaterThan(runs);
  }, 20_000);
});
