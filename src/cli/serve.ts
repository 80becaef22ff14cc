import { Command } from 'commander';
import { loadSettings, requireSetting } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { buildApp } from '../http/app.ts';
import { createLogger } from '../log.ts';
import { connectClient } from '../temporal/connection.ts';
import { NotificationRelay } from '../temporal/notification-relay.ts';
import { stopSignal } from './stop-signal.ts';

/** `tsuiseki serve`: the HTTP server alone. */
export function serveCommand(): Command {
  return new Command('serve').description('run the HTTP server in the foreground').action(async () => {
    const settings = loadSettings();
    const webhookTokens = requireSetting(settings, 'webhookTokens');
    const logger = createLogger(settings.logLevel, 'http');
    const database = openDatabase(requireSetting(settings, 'databaseUrl'));
    const client = await connectClient(settings);
    const relay = new NotificationRelay(database, client);
    const app = buildApp({
      database,
      webhookTokens,
      logger,
      notify: (batchId) => relay.notify(batchId),
      pingTemporal: async () => {
        await client.connection.workflowService.getSystemInfo({});
      },
    });
    const address = await app.listen({ host: settings.httpHost, port: settings.httpPort });
    logger.info({ address }, 'listening');
    await stopSignal();
    await app.close();
    await database.close();
    await client.connection.close();
  });
}
