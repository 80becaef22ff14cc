import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeBatch } from '../../src/db/batches.ts';
import { latch } from '../support/latch.ts';
import { ClockHarness, granted } from '../support/pacing/clock-harness.ts';

let world: ClockHarness;
beforeAll(async () => {
  world = await ClockHarness.create();
});
afterAll(() => world.close());

it('the account goes on while a batch is busy: its own publish alone waits', async () => {
  const clock = world.clock({ publishIntervalMs: 0 });
  await world.addBatch('other');
  const [own = 0] = await world.addJobs(1);
  const [other = 0] = await world.addJobs(1, 'other');
  const turn = await granted(clock.reservePublish(own));
  const [held, goOn] = [latch(), latch()];
  let busyPid = 0;
  const busy = changeBatch(world.database.db, 'batch', async (tx) => {
    const [backend] = await tx.execute<{ pid: number }>('select pg_backend_pid() as pid');
    busyPid = backend?.pid ?? 0;
    held.open();
    await goOn.opened;
  });
  await held.opened;
  const begins = clock.begin(turn.callId, own);
  const waiting = () => world.sql`select from pg_stat_activity where ${busyPid} = any(pg_blocking_pids(pid))`;
  await expect.poll(waiting, { interval: 10, timeout: 10_000 }).toHaveLength(1);
  await world.publish(clock, other);
  goOn.open();
  await busy;
  expect(await begins).toMatchObject({ granted: true });
});
