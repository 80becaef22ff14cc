import { forwardWaiting } from '../batches/forward-notifications.ts';
import type { Database } from '../db/database.ts';
import { rootMessage } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createForwardWebhook } from '../outbound/forward-webhook.ts';

/**
 * Begins to send what waits for another system, one run at a time, whenever it is called; null without a URL. What it
 * leaves, the relay's schedule sends.
 */
export function forwarding(
  database: Pick<Database, 'db'>,
  url: string | null,
  logger: Pick<Logger, 'warn'>,
): (() => void) | null {
  if (url === null) return null;
  const webhook = createForwardWebhook(url);
  let isRunning = false;
  let again = false;

  async function run(): Promise<void> {
    do {
      again = false;
      const { why, refused } = await forwardWaiting(database, webhook);
      for (const error of refused) logger.warn({ error }, 'a notification was refused by the other system');
      if (why === null) continue;
      logger.warn({ error: why }, 'a notification could not be forwarded; the relay will');
      return;
    } while (again);
  }

  return () => {
    again = true;
    if (isRunning) return;
    isRunning = true;
    run()
      .catch((error: unknown) =>
        logger.warn({ error: rootMessage(error) }, 'a notification could not be forwarded; the relay will'),
      )
      .finally(() => {
        isRunning = false;
      });
  };
}
