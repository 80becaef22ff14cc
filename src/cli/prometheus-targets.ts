import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUEUES } from '../temporal/names.ts';
import { anyFreePort } from '../embedded/ports.ts';
import type { Settings } from '../settings/settings.ts';
import { localUrl, probePort } from './listen-error.ts';

/** The port of each worker's metrics. */
export type MetricsPorts = ReadonlyMap<string, number>;

/** One a worker, from `METRICS_PORT` on, in the order of the queues; 0: any that are free. None where it is not set. */
export async function metricsPorts({ metricsPort, httpHost: host }: Settings): Promise<MetricsPorts> {
  const ports = new Map<string, number>();
  if (metricsPort === null) return ports;
  for (const [index, name] of Object.keys(QUEUES).entries()) {
    const taken = [...ports.values()];
    const port =
      metricsPort === 0
        ? await anyFreePort(taken)
        : await probePort('METRICS_PORT', { host, port: metricsPort + index });
    ports.set(name, port);
  }
  return ports;
}

const pathIn = (dataDir: string) => join(dataDir, 'prometheus-targets.json');

/** Tells Prometheus (`file_sd_configs`) where the HTTP server's and the workers' metrics are, as long as `up` runs. */
export function writePrometheusTargets(
  { dataDir, httpHost }: Settings,
  http: string,
  ports: MetricsPorts,
): void {
  const group = (name: string, url: string) => ({ targets: [new URL(url).host], labels: { process: name } });
  const groups = [
    group('http', http),
    ...[...ports].map(([name, port]) => group(name, localUrl({ host: httpHost, port }))),
  ];
  const path = pathIn(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(groups, null, 1)}\n`);
  // In one step: Prometheus looks at it whenever it likes.
  renameSync(`${path}.new`, path);
}

export function removePrometheusTargets(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true });
}
