import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Grouped } from '../db/grouped.ts';
import { storeNotifications } from '../db/inbox.ts';
import type { NewNotification, StoredNotification } from '../db/inbox.ts';
import { errorMessage, rootMessage } from '../errors.ts';
import { fieldsOf, shortText } from '../json-fields.ts';
import type { AppDeps } from './app-deps.ts';
import { STORE_TIMEOUT_MS, within } from './deadline.ts';
import { tokenAllowed, tokensIn } from './token.ts';

/** A number counts as its text: JSON has both. */
function fieldOf(body: unknown, name: string): string | null {
  const value = fieldsOf(body)[name];
  return shortText(typeof value === 'number' ? String(value) : value);
}

function idIn(text: string | null): number | null {
  const id = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  return id === 0 ? null : id;
}

/** Null when the body is no notification: a job id and a status are the least. */
function notificationIn(body: unknown): NewNotification | null {
  const scrapingJobId = idIn(fieldOf(body, 'scrapingjob_id'));
  const status = fieldOf(body, 'status');
  if (scrapingJobId === null || status === null) return null;
  const sitemapId = idIn(fieldOf(body, 'sitemap_id'));
  return { source: 'webhook', scrapingJobId, customId: fieldOf(body, 'custom_id'), sitemapId, status };
}

/** `POST /webhooks/webscraper`: stored first, answered, then signalled. */
export function webscraperRoutes(
  app: FastifyInstance,
  { database, notify, webhookTokens, logger }: AppDeps,
): void {
  // Before the body is read: a stranger's is not worth it, and learns nothing from how we take it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const allowed = tokensIn(request).some((token) => tokenAllowed(token, webhookTokens));
    if (!allowed) await reply.code(401).send({ error: 'wrong token' });
  };
  const storing = new Grouped((told: readonly NewNotification[]) => storeNotifications(database.db, told));
  app.post('/webhooks/webscraper', { onRequest }, async (request, reply) => {
    const notification = notificationIn(request.body);
    if (notification === null)
      return reply.code(400).send({ error: 'malformed: scrapingjob_id and status are required' });
    let stored: StoredNotification;
    try {
      stored = await within(STORE_TIMEOUT_MS, storing.ask(notification));
    } catch (error) {
      logger.error({ error: rootMessage(error) }, 'a notification could not be stored');
      return reply.code(503).send({ error: 'the database cannot be reached; send it again' });
    }
    const { batchId, scrapingJobId } = stored;
    if (batchId === null) logger.warn({ scrapingJobId }, 'a notification for an unknown job was kept');
    else
      notify(batchId).catch((error: unknown) => {
        logger.warn({ batchId, error: errorMessage(error) }, 'not signalled; the relay will');
      });
    return reply.code(200).send({ stored: true });
  });
}
