import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { MetricsExporterConfig, Runtime } from '@temporalio/worker';
import type { Settings } from '../src/settings/settings.ts';

/** Seconds: the seed's targets are a minute and five; a workbook's reading may take two hours. */
const ACTIVITY_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 7_200];
const TELL_MEMORY_EVERY_MS = 5_000;

/**
 * The SDK's metrics, and what is recorded beside them, at `METRICS_PORT` of `HTTP_HOST`, as Prometheus text; null: off.
 * `worker` is a label of each: its names.
 */
export async function metricsExporter(
  { metricsPort, httpHost }: Settings,
  worker: string,
): Promise<MetricsExporterConfig | null> {
  if (metricsPort === null) return null;
  // The SDK's core takes addresses only.
  const { address } = await lookup(httpHost);
  return {
    globalTags: { worker },
    prometheus: {
      bindAddress: isIPv6(address) ? `[${address}]:${metricsPort}` : `${address}:${metricsPort}`,
      useSecondsForDurations: true,
      countersTotalSuffix: true,
      unitSuffix: true,
      histogramBucketOverrides: { temporal_activity_execution_latency: ACTIVITY_BUCKETS },
    },
  };
}

/** Records what memory the process takes, until the function it gives is called. */
export function tellMemory(runtime: Pick<Runtime, 'metricMeter'>): () => void {
  const gauge = runtime.metricMeter.createGauge(
    'tsuiseki_process_resident_memory_bytes',
    'int',
    undefined,
    'Memory of the worker process, without the child that reads workbooks',
  );
  const tell = () => gauge.set(process.memoryUsage.rss());
  tell();
  const timer = setInterval(tell, TELL_MEMORY_EVERY_MS).unref();
  return () => clearInterval(timer);
}
