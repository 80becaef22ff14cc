import { hostname } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { LogEntry, WorkerOptions } from '@temporalio/worker';
import { openDatabase } from '../src/db/database.ts';
import { requireSetting } from '../src/settings/settings.ts';
import type { Settings } from '../src/settings/settings.ts';
import type { Logger } from '../src/log.ts';
import { temporalOptions } from '../src/temporal/connection.ts';
import { tracedCalls, tracesOf } from '../src/temporal/traces.ts';
import { QUEUES } from '../src/temporal/names.ts';
import type { WorkerName } from '../src/temporal/names.ts';
import { logFieldsOf } from './log-fields.ts';
import { metricsExporter, tellMemory } from './metrics.ts';
import { createParts } from './parts.ts';
import { WORKERS } from './registry.ts';
import { keepHeapSmall } from './small-heap.ts';
import { tracedWork } from './traces.ts';
import type { WorkerSpec } from './registry.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Runs stay with the version that began them; the next run of a chain takes the version that is current then. */
function versioning({ deploymentName, workerBuildId: buildId }: Settings): Partial<WorkerOptions> {
  if (deploymentName === null || buildId === null) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName, buildId },
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

/**
 * Runs one or more workers in this process until SIGTERM or SIGINT; what is under way is let finish within each
 * queue's grace time. Throws when a worker dies, so that the process ends with a failure.
 */
export async function runWorkers(
  names: readonly WorkerName[],
  settings: Settings,
  logger: Logger,
): Promise<void> {
  keepHeapSmall();
  const named = names.join('+');
  const metrics = await metricsExporter(settings, named);
  const traces = await tracesOf(settings, named, (text) => logger.warn(text));
  const runtime = Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) =>
      logger[LEVELS[level]](logFieldsOf(meta ?? {}), message),
    ),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
    // The core's own lines go through the same logger.
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) },
      ...(metrics === null ? {} : { metrics }),
    },
  });
  const forgetMemory = tellMemory(runtime);
  const { connectionOptions, namespace = 'default' } = temporalOptions(settings);
  const connection = await NativeConnection.connect(connectionOptions);
  const client = new Client({
    connection: await Connection.connect(connectionOptions),
    namespace,
    interceptors: await tracedCalls(traces),
  });
  const database = openDatabase(requireSetting(settings, 'databaseUrl'));
  const parts = createParts({ settings, client, logger, database });
  try {
    const workers = await Promise.all(
      names.map(async (name) => {
        const { workflows, activities, limits, prepare, dispatchesPerInterval }: WorkerSpec = WORKERS[name];
        await prepare?.();
        const { publishIntervalMs } = settings;
        return Worker.create({
          connection,
          namespace,
          taskQueue: QUEUES[name],
          // In containers every process has the same number.
          identity: `${name}@${hostname()}:${process.pid}`,
          activities: activities(parts),
          ...(await tracedWork(traces, workflows)),
          maxHeartbeatThrottleInterval: '2 seconds',
          // An answer takes milliseconds, ours come some seconds apart; ten of each a worker keep a small server busy.
          maxConcurrentWorkflowTaskPolls: 2,
          maxConcurrentActivityTaskPolls: 2,
          ...limits,
          ...versioning(settings),
          ...(dispatchesPerInterval !== undefined && publishIntervalMs > 0
            ? { maxTaskQueueActivitiesPerSecond: (1_000 * dispatchesPerInterval) / publishIntervalMs }
            : {}),
        });
      }),
    );
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    forgetMemory();
    await database.close();
    await client.connection.close();
    await connection.close();
  }
}
