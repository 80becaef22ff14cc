import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startTemporalCluster } from '../../cluster/cluster.ts';
import { runCommand } from '../../src/embedded/run-command.ts';
import { packageRoot } from '../../src/paths.ts';
import { embeddedTemporal } from '../../src/settings/up-file.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { bareEnvironment } from '../fleet.ts';
import { BenchError } from '../part.ts';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const TIMEOUT_MS = 90_000;
/** Of a queue that nothing is said of: the server's own number. */
const DEFAULT_PARTITIONS = 4;

async function partitions(address: string, namespace: string, queue: string): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    const { activityTaskQueuePartitions } = await connection.workflowService.listTaskQueuePartitions({
      namespace,
      taskQueue: { name: queue },
    });
    return activityTaskQueuePartitions.length;
  } finally {
    await connection.close();
  }
}

/** `temporal-config/apply` on a server that has nothing yet, and again; its dynamic config is in force. */
export const apply: Part = {
  name: 'apply',
  async run({ cleanup, figure, note, progress }) {
    const folder = temporaryFolder(cleanup);
    const env = bareEnvironment();
    const cluster = await startTemporalCluster(cleanup, { env, folder, onProgress: progress });
    const { address, namespace } = cluster;
    async function applied(): Promise<string[]> {
      const { exitCode, output } = await runCommand(join(packageRoot, 'temporal-config/apply'), [], {
        env: { ...env, ...embeddedTemporal(env, cluster) },
        timeoutMs: TIMEOUT_MS,
        cwd: folder,
      });
      if (exitCode !== 0) throw new BenchError('BENCH_PROCESS', `temporal-config/apply: ${output.trim()}`);
      return output.trim().split('\n');
    }
    const lines = { first: await applied(), second: await applied() };
    for (const [time, said] of Object.entries(lines)) note(`${time}: ${said.join('; ')}`);
    const changes = (said: readonly string[]) =>
      said.filter((line) => !line.includes('already there')).length;
    figure({
      figure: 'apply: changes on a new server',
      mustReach: '2',
      measured: changes(lines.first),
      unit: '',
      ok: changes(lines.first) === 2,
    });
    figure({
      figure: 'apply: changes when it is run again',
      mustReach: '0',
      measured: changes(lines.second),
      unit: '',
      ok: changes(lines.second) === 0,
    });
    for (const [queue, expected] of [
      [QUEUES.publish_tracking, 1],
      [QUEUES.tracking_webhook, DEFAULT_PARTITIONS],
    ] as const) {
      const measured = await partitions(address, namespace, queue);
      figure({
        figure: `partitions of ${queue}`,
        mustReach: String(expected),
        measured,
        unit: '',
        ok: measured === expected,
      });
    }
  },
};
