import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { pausedInTemporal } from '../../src/temporal/ask.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';
import { closedPort } from '../support/servers.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let server: DevServer;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  [own, server] = await Promise.all([ownDatabase(), pausingServer()]);
  env = { DATABASE_URL: own.url, TEMPORAL_ADDRESS: server.address };
  const database = openDatabase(own.url, { maxConnections: 1 });
  for (const id of ['held', 'free']) {
    await givenBatch(database, id);
    await server.client.workflow.start('TrackingBatchWorkflow', {
      taskQueue: QUEUES.tracking_batch,
      workflowId: `tracking:${id}`,
    });
  }
  await database.close();
  await server.pause('tracking:held');
  await vi.waitFor(async () => {
    expect((await pausedInTemporal(server.client, 5_000)).size).toBe(1);
  }, 20_000);
});

afterAll(async () => {
  await server.stop();
  await own.drop();
  place.remove();
});

const PAUSED = { state: 'paused', reason: 'paused in Temporal, unpause it there' };

it('Temporal’s own Pause shows in list and status, and steering says it in one line', async () => {
  const list = await place.run(['list', '--json'], env);
  expect(JSON.parse(list.out)).toMatchObject([
    { batchId: 'free', state: 'running', reason: null },
    { batchId: 'held', ...PAUSED },
  ]);
  const status = await place.run(['status', 'held', '--json'], env);
  expect(JSON.parse(status.out)).toMatchObject(PAUSED);
  expect(await place.run(['resume', 'held'], env)).toEqual({
    code: 1,
    out: '',
    err: 'tracking:held is paused in Temporal, unpause it there\n',
  });
});

it('status and watch tell what a batch waits for; list does not ask for each', async () => {
  const note = 'no worker on tracking_batch_queue: run `tsuiseki worker tracking_batch`';
  const [json, text, list] = await Promise.all([
    place.run(['status', 'free', '--json'], env),
    place.run(['status', 'free'], env),
    place.run(['list', '--json'], env),
  ]);
  expect(JSON.parse(json.out).notes).toContain(note);
  expect(text.out.split('\n')).toContain(`  ${note}`);
  expect(JSON.parse(list.out)).toMatchObject([{ notes: [] }, { notes: [] }]);
  const watch = place.spawn(['watch', 'free', '--json'], env);
  const [line] = (await once(watch.stdout ?? watch, 'data')) as [Buffer];
  watch.kill();
  expect(JSON.parse(String(line)).notes).toContain(note);
});

it('status without Temporal: what the database says, and that the rest is not known', async () => {
  const away = { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${await closedPort()}` };
  const { code, out, err } = await place.run(['status', 'free', '--json'], away);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: 'running' });
  expect(err).toMatch(/^whether Temporal holds a batch is not known: Temporal at [^\n]+\n$/);
});

it('replay takes the history of a batch, or of every running one, from Temporal', async () => {
  const [one, all] = await Promise.all([
    place.run(['replay', '--batch', 'free', '--json'], env),
    place.run(['replay', '--json'], env),
  ]);
  expect(one).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(one.out)).toMatchObject([
    {
      source: 'tracking:free',
      workflowId: 'tracking:free',
      workflowType: 'TrackingBatchWorkflow',
      divergence: null,
    },
  ]);
  expect(JSON.parse(all.out)).toHaveLength(2);
});
