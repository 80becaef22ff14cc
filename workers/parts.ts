import type { Client } from '@temporalio/client';
import { requireSetting, type Settings } from '../src/config.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { LocalFiles } from '../src/files/local.ts';
import type { FileStore } from '../src/files/types.ts';
import type { Logger } from '../src/log.ts';
import { sitemapIdOf, urlsPerJobOf } from '../src/settings/by-task.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import { BatchSweep } from '../src/temporal/batch-sweep.ts';
import { NotificationRelay } from '../src/temporal/notification-relay.ts';
import { startWorkflow } from '../src/temporal/start-batch.ts';
import { AccountClock } from '../src/webscraper/account-clock.ts';
import { createWebScraperClient, type WebScraperClient } from '../src/webscraper/client.ts';

/** What the activities of all workers are made of. */
export interface WorkerParts {
  database: Database;
  files: FileStore;
  clock: AccountClock;
  relay: NotificationRelay;
  sweep: BatchSweep;
  jobDeadlineMs: number;
  /** Throws a SettingsError without an API token: only workers that call the API need one. */
  webscraper(): WebScraperClient;
  sitemapIdOf(task: TrackingTask): number;
  urlsPerJobOf(task: TrackingTask): number;
}

export function createParts(settings: Settings, client: Client, logger: Logger): WorkerParts {
  const database = openDatabase(requireSetting(settings, 'databaseUrl'));
  return {
    database,
    files: new LocalFiles(),
    clock: new AccountClock(database, settings),
    relay: new NotificationRelay(database, client),
    sweep: new BatchSweep(database, client, (batch) =>
      startWorkflow({ database, client, settings }, batch, null),
    ),
    jobDeadlineMs: settings.jobDeadlineMs,
    webscraper: () =>
      createWebScraperClient({
        baseUrl: settings.webscraperApiUrl,
        token: requireSetting(settings, 'webscraperApiToken'),
        logger,
      }),
    sitemapIdOf: (task) => sitemapIdOf(settings, task),
    urlsPerJobOf: (task) => urlsPerJobOf(settings, task),
  };
}
