import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type NewNotification, type Notification, storeNotification } from '../db/inbox.ts';
import { errorMessage } from '../errors.ts';
import type { AppDeps } from './app.ts';
import { tokenAllowed } from './token.ts';

/** Longer texts are no notification of ours. */
const MAX_FIELD_LENGTH = 255;

function fieldOf(source: unknown, name: string): string | null {
  const value =
    typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[name] : undefined;
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= MAX_FIELD_LENGTH ? text : null;
}

function tokenOf(request: FastifyRequest): string {
  const header = request.headers['x-webhook-token'];
  return (
    fieldOf(request.query, 'token') ??
    fieldOf(request.query, 't') ??
    (typeof header === 'string' ? header : '')
  );
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
  app.post('/webhooks/webscraper', async (request, reply) => {
    if (!tokenAllowed(tokenOf(request), webhookTokens)) return reply.code(401).send({ error: 'wrong token' });
    const notification = notificationIn(request.body);
    if (notification === null)
      return reply.code(400).send({ error: 'malformed: scrapingjob_id and status are required' });
    let stored: Notification;
    try {
      stored = await storeNotification(database.db, notification);
    } catch (error) {
      logger.error({ error: errorMessage(error) }, 'a notification could not be stored');
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
