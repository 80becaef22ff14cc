import { join } from 'node:path';
import { Command } from 'commander';
import { loadSettings, requireSetting, requireSettings, secretsOf } from '../settings/settings.ts';
import { openFiles } from '../files/open-files.ts';
import { openDatabase } from '../db/database.ts';
import { buildApp } from '../http/app.ts';
import { forwarding } from '../http/forwarding.ts';
import { createLogger } from '../log.ts';
import { lazyClient, pingTemporal } from '../temporal/connection.ts';
import { queueFigures, temporalFigures } from '../temporal/figures.ts';
import { tracedCalls, tracesOf } from '../temporal/traces.ts';
import { signInRules } from '../http/sign-in/rules.ts';
import { NotificationRelay } from '../temporal/notification-relay.ts';
import { steering } from '../temporal/steering.ts';
import { SaveRelay } from '../temporal/save-relay.ts';
import { listenError } from './listen-error.ts';
import { stopSignal } from './stop-signal.ts';

/** Longer than readiness waits for it: a call that hangs is ended all the same. */
const PING_TIMEOUT_MS = 5_000;

/**
 * `tsuiseki serve`: the HTTP server alone. It starts and takes notifications while Temporal is away, and says 503
 * while the database is.
 */
export function serveCommand(): Command {
  return new Command('serve').description('run the HTTP server in the foreground').action(async () => {
    const settings = loadSettings();
    requireSettings(settings, 'webhookTokens', 'databaseUrl');
    const stopped = stopSignal();
    const logger = createLogger(settings.logLevel, 'http', secretsOf(settings));
    const traces = await tracesOf(settings, 'http', (text) => logger.warn(text));
    const client = lazyClient(settings, await tracedCalls(traces));
    const database = openDatabase(requireSetting(settings, 'databaseUrl'));
    const files = openFiles(settings, database);
    const namespace = encodeURIComponent(client.options.namespace);
    const { webUiUrl } = settings;
    const relay = new NotificationRelay(database, client);
    const figures = () => temporalFigures(client, settings.jobDeadlineMs);
    const app = buildApp({
      database,
      webhookTokens: requireSetting(settings, 'webhookTokens'),
      signIn: signInRules(settings),
      saves: new SaveRelay(database, client, logger),
      onlyoffice: {
        jwtSecret: settings.onlyofficeJwtSecret,
        jwtHeader: settings.onlyofficeJwtHeader,
        callbackUrl: settings.onlyofficeCallbackUrl,
      },
      nextcloud: { webhookToken: settings.nextcloudWebhookToken, botUser: settings.webdavUsername },
      logger,
      notify: (batchId) => relay.notify(batchId),
      forward: forwarding(database, settings.webhookForwardUrl, logger),
      pingTemporal: () => pingTemporal(client, PING_TIMEOUT_MS),
      temporalFigures: figures,
      callLimit: settings.callLimit,
      requery: settings.requery,
      api: {
        database,
        settings,
        files,
        steering: steering({ database, client, settings, files }, logger),
        uploadsDir: settings.uploadsDir ?? join(settings.dataDir, 'uploads'),
        webUi: webUiUrl === null ? null : `${webUiUrl}/namespaces/${namespace}`,
        queues: () => queueFigures(client),
      },
      serving: traces?.serving ?? null,
    });
    const { httpHost: host, httpPort: port } = settings;
    try {
      const address = await app.listen({ host, port }).catch((error: unknown) => {
        throw listenError('HTTP_PORT', { host, port }, error);
      });
      logger.info({ address }, 'listening');
      await stopped;
    } finally {
      await app.close();
      await database.close();
      await client.connection.close();
    }
  });
}
