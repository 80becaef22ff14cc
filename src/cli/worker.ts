import { Command } from 'commander';
import { loadSettings, requireSettings, secretsOf } from '../settings/settings.ts';
import { createLogger } from '../log.ts';
import { temporalOptions } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import type { WorkerName } from '../temporal/names.ts';
import { localUrl, probePort } from './listen-error.ts';
import { UsageError } from './usage.ts';

/** These call Web Scraper Cloud. */
const CALLS_THE_API: ReadonlySet<WorkerName> = new Set([
  'publish_tracking',
  'tracking_webhook',
  'acquisition',
]);

function workerNames(texts: readonly string[]): WorkerName[] {
  const known = Object.keys(QUEUES) as WorkerName[];
  const names = texts.map((text) => {
    const name = known.find((each) => each === text);
    if (name === undefined) throw new UsageError('USAGE', `no worker ${text}; there are ${known.join(', ')}`);
    return name;
  });
  // Temporal's SDK refuses two workers of a queue in one process.
  return [...new Set(names)];
}

/** Loading the SDK's core takes a second. */
export const loadRuntime = () => import('../../workers/runtime.ts');

/** `tsuiseki worker NAME…`. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run one or more workers in the foreground')
    .argument('<names...>', Object.keys(QUEUES).join(', '))
    .action(async (texts: string[]) => {
      const names = workerNames(texts);
      const settings = loadSettings();
      requireSettings(
        settings,
        'databaseUrl',
        ...(names.some((name) => CALLS_THE_API.has(name)) ? (['webscraperApiToken'] as const) : []),
      );
      temporalOptions(settings);
      const { metricsPort: port, httpHost: host } = settings;
      const metricsPort = port === null ? null : await probePort('METRICS_PORT', { host, port });
      const logger = createLogger(settings.logLevel, names.join('+'), secretsOf(settings));
      if (metricsPort !== null) logger.info({ metrics: localUrl({ host, port: metricsPort }) }, 'measured');
      // Not before all is known to be there.
      const { runWorkers } = await loadRuntime();
      await runWorkers(names, { ...settings, metricsPort }, logger);
    });
}
