import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { rootMessage } from '../../errors.ts';
import type { AppDeps } from '../app-deps.ts';
import { within } from '../deadline.ts';
import { lately } from '../lately.ts';
import { METRICS } from './catalogue.ts';
import type { Metric, MetricName, Sample } from './catalogue.ts';
import { databaseSamples } from './database-samples.ts';
import { temporalSamples } from './temporal-samples.ts';

/** Several who ask at once, or every second, cost as much as one. */
const CACHED_MS = 5_000;
/** Prometheus waits ten seconds: a part that is away by then is told as away, the others as they are. */
const PART_TIMEOUT_MS = 5_000;

/** `GET /metrics`: the system's figures, from its database and Temporal, and this process's own. */
export function metricsRoutes(app: FastifyInstance, deps: AppDeps): void {
  const { database, temporalFigures, logger } = deps;
  const own = new Registry();
  collectDefaultMetrics({ register: own, prefix: 'tsuiseki_', labels: { worker: 'http' } });

  async function part(name: string, read: () => Promise<Sample[]>): Promise<Sample[]> {
    try {
      return [...(await within(PART_TIMEOUT_MS, read())), ['tsuiseki_part_up', 1, name]];
    } catch (error) {
      logger.warn({ part: name, error: rootMessage(error, 200) }, 'figures could not be read');
      return [['tsuiseki_part_up', 0, name]];
    }
  }

  async function readAll(): Promise<string> {
    const parts = await Promise.all([
      part('database', () => databaseSamples(database, deps)),
      part('temporal', async () => temporalSamples(await temporalFigures())),
    ]);
    return `${await textOf(parts.flat())}${await own.metrics()}`;
  }

  const text = lately(CACHED_MS, readAll);
  app.get('/metrics', async (_request, reply) => reply.type(own.contentType).send(await text()));
}

/** Prometheus text of what was read: a figure that was not is left out, as 0 or its last value would look like one. */
function textOf(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry();
  const gauges = new Map<MetricName, Gauge>();
  for (const [name, value, ...labels] of samples) {
    const { help, labels: labelNames }: Metric = METRICS[name];
    const gauge =
      gauges.get(name) ?? new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
    gauges.set(name, gauge);
    gauge.set(
      Object.fromEntries(labelNames.map((label, index) => [label, labels[index] ?? ''] as const)),
      value,
    );
  }
  return registry.metrics();
}
