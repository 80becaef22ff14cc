import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { ended, startUp, workplace } from '../support/cli/workplace.ts';

const TASK = 'yamato_tracking_only';
const DEPLOYMENT = 'tsuiseki';
const WORKERS = [
  ...['tracking_batch', 'tracking_excel', 'publish_tracking', 'yamato_tracking_10'],
  ...['tracking_webhook', 'acquisition', 'aggregation'],
];
const PATIENCE = { timeout: 60_000, interval: 500 };

const versionOf = (buildId: string) => ({
  TEMPORAL_DEPLOYMENT_NAME: DEPLOYMENT,
  TEMPORAL_WORKER_BUILD_ID: buildId,
  PUBLISH_INTERVAL: '1s',
  LOG_LEVEL: 'warn',
});

const place = workplace();
let stop: () => Promise<void>;
let connection: Connection;

beforeAll(async () => {
  mkdirSync(join(place.folder, TASK));
  const up = await startUp(place, versionOf('1.0.0'));
  stop = up.stop;
  connection = await Connection.connect({ address: up.told.temporalAddress });
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await stop?.();
  place.remove();
});

/** As soon as that version's workers are known on every queue. */
const makeCurrent = (buildId: string) =>
  vi.waitFor(
    () =>
      connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: 'default',
        deploymentName: DEPLOYMENT,
        buildId,
      }),
    PATIENCE,
  );

async function start(name: string, rows: number): Promise<{ batchId: string; workflowId: string }> {
  const path = join(place.folder, TASK, `YTO-${name}.xlsx`);
  await writeSampleWorkbook(path, { task: TASK, rows });
  const { out, err } = await place.run(['start', path, '--json']);
  expect(err).toBe('');
  return JSON.parse(out) as { batchId: string; workflowId: string };
}

async function completed({ batchId }: { batchId: string }): Promise<void> {
  await vi.waitFor(async () => {
    const { out } = await place.run(['status', batchId, '--json']);
    expect((JSON.parse(out) as { state: string }).state).toBe('completed');
  }, PATIENCE);
}

it('a batch ends with the version that began it; one started later runs with the current one', async () => {
  const { workflow } = new Client({ connection });
  const buildIdOf = async ({ workflowId }: { workflowId: string }) => {
    const { raw } = await workflow.getHandle(workflowId).describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  };
  await makeCurrent('1.0.0');
  const before = await start('before', 12);
  await vi.waitFor(async () => expect(await buildIdOf(before)).toBe('1.0.0'), PATIENCE);

  const workers = place.spawn(['worker', ...WORKERS], versionOf('2.0.0'));
  const end = ended(workers);
  try {
    await makeCurrent('2.0.0');
    const after = await start('after', 2);
    await completed(after);
    await completed(before);
    expect([await buildIdOf(before), await buildIdOf(after)]).toEqual(['1.0.0', '2.0.0']);
  } finally {
    workers.kill('SIGTERM');
    await end;
  }
}, 180_000);
