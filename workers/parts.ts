import type { Client } from '@temporalio/client';
import { createYamatoClient } from '../src/carriers/yamato/client.ts';
import type { YamatoClient } from '../src/carriers/yamato/client.ts';
import { requireSetting } from '../src/settings/settings.ts';
import type { Settings } from '../src/settings/settings.ts';
import { CarrierClock } from '../src/pacing/carrier-clock.ts';
import type { Database } from '../src/db/database.ts';
import { openWebDav } from '../src/files/open-files.ts';
import type { FileStore } from '../src/files/types.ts';
import type { WebDavFiles } from '../src/files/webdav/webdav-files.ts';
import { WorkbookFiles } from '../src/files/workbook-files.ts';
import type { ImportPlan } from '../src/batches/import-rows.ts';
import type { Logger } from '../src/log.ts';
import { createCommandService } from '../src/onlyoffice/command-service.ts';
import type { CommandService } from '../src/onlyoffice/command-service.ts';
import { createForwardWebhook } from '../src/outbound/forward-webhook.ts';
import type { ForwardWebhook } from '../src/outbound/forward-webhook.ts';
import { createResultsWebhook } from '../src/outbound/results-webhook.ts';
import type { ResultsWebhook } from '../src/outbound/results-webhook.ts';
import { columnsOf, subjectsPerJobOf, withSitemap } from '../src/settings/by-task.ts';
import type { TrackingTask } from '../src/tasks/types.ts';
import { BatchSweep } from '../src/temporal/batch-sweep.ts';
import { NotificationRelay } from '../src/temporal/notification-relay.ts';
import { startWorkflow } from '../src/temporal/start-batch.ts';
import { AccountClock } from '../src/pacing/account-clock.ts';
import type { TimeSource } from '../src/pacing/account-clock.ts';
import type { Receiver } from '../src/outbound/notices/send-notice.ts';
import type { Recalculate, SignedWorkbooks, WorkbookColumns } from '../src/workbook/types.ts';
import { createWebScraperClient } from '../src/webscraper/client.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';

/** What the activities of all workers are made of. */
export interface WorkerParts {
  database: Database;
  files: FileStore;
  /** The files on Nextcloud; null where none are configured. */
  webdav: WebDavFiles | null;
  clock: AccountClock;
  relay: NotificationRelay;
  sweep: BatchSweep;
  jobDeadlineMs: number;
  driftAfter: number;
  recalculate: Recalculate;
  signedWorkbooks: SignedWorkbooks;
  /** Throws a SettingsError without an API token: only workers that call the API need one. */
  webscraper(): WebScraperClient;
  carrierClock: CarrierClock;
  yamato(): YamatoClient;
  planOf(task: TrackingTask): ImportPlan;
  columnsOf(task: TrackingTask): WorkbookColumns;
  /** Asks the document server; null where it is not configured. */
  editors: Pick<CommandService, 'isOpen'> | null;
  /** Where people are told what needs them; null where that is not configured. */
  receiver: Receiver | null;
  /** Takes the results of batches without a workbook; null where nobody does. */
  results: ResultsWebhook | null;
  /** Takes the notifications of jobs that are not ours; null where nobody does. */
  forward: ForwardWebhook | null;
  client: Client;
  settings: Settings;
}

export interface PartsOptions {
  settings: Settings;
  client: Client;
  logger: Logger;
  database: Database;
  /** The account clock's time; the database's own unless given. */
  time?: TimeSource;
}

export function createParts({ settings, client, logger, database, time }: PartsOptions): WorkerParts {
  const webdav = openWebDav(settings, database);
  return {
    database,
    files: new WorkbookFiles(webdav),
    webdav,
    clock: new AccountClock(database, settings, time),
    relay: new NotificationRelay(database, client),
    sweep: new BatchSweep(database, client, (batch) =>
      startWorkflow({ database, client, settings }, batch, null),
    ),
    jobDeadlineMs: settings.jobDeadlineMs,
    driftAfter: settings.driftAfter,
    recalculate: settings.recalculate,
    signedWorkbooks: settings.signedWorkbooks,
    webscraper: () =>
      createWebScraperClient({
        baseUrl: settings.webscraperApiUrl,
        token: requireSetting(settings, 'webscraperApiToken'),
        logger,
      }),
    carrierClock: new CarrierClock(database, 'yamato'),
    yamato: () => createYamatoClient({ url: settings.yamatoUrl }),
    planOf: (task) => ({
      task: withSitemap(settings, task),
      subjectsPerJob: subjectsPerJobOf(settings, task),
    }),
    columnsOf: (task) => columnsOf(settings, task),
    editors:
      settings.onlyofficeCommandUrl === null
        ? null
        : createCommandService({
            url: settings.onlyofficeCommandUrl,
            jwtSecret: settings.onlyofficeJwtSecret,
            jwtHeader: settings.onlyofficeJwtHeader,
          }),
    receiver: settings.notifyUrl === null ? null : { url: settings.notifyUrl, style: settings.notifyStyle },
    results:
      settings.resultsWebhookUrl === null
        ? null
        : createResultsWebhook(settings.resultsWebhookUrl, settings.resultsWebhookSecret),
    forward: settings.webhookForwardUrl === null ? null : createForwardWebhook(settings.webhookForwardUrl),
    client,
    settings,
  };
}
