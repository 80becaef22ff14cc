import { parse as parseForm } from 'node:querystring';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOwnCustomId } from '../batches/custom-id.ts';
import { insertForward } from '../db/forwards.ts';
import type { Forward } from '../db/forwards.ts';
import { Grouped } from '../db/grouped.ts';
import { storeNotifications } from '../db/inbox.ts';
import type { NewNotification, StoredNotification } from '../db/inbox.ts';
import { errorMessage, rootMessage } from '../errors.ts';
import { fieldsOf, shortText } from '../json-fields.ts';
import { FORWARDED_HEADER } from '../outbound/forward-webhook.ts';
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

/** A body with its bytes, which are forwarded as they came. */
interface Arrived {
  bytes: Buffer;
  body: unknown;
}

/** Bodies are read as everywhere else, and their bytes kept. */
function keepBytes(app: FastifyInstance): void {
  const readJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  const buffer = { parseAs: 'buffer' } as const;
  app.addContentTypeParser<Buffer>('application/json', buffer, (request, bytes, done) => {
    void readJson(request, bytes.toString('utf8'), (error, body: unknown) => done(error, { bytes, body }));
  });
  app.addContentTypeParser<Buffer>('application/x-www-form-urlencoded', buffer, (_request, bytes, done) =>
    done(null, { bytes, body: parseForm(bytes.toString('utf8')) }),
  );
}

/**
 * What is to be forwarded of a notification; null: nothing. A custom_id of our form is ours also where its job is not known,
 * as in a database that was restored. What was forwarded to us would go round in a circle.
 */
function forwardOf(
  { headers }: FastifyRequest,
  { bytes }: Arrived,
  { id: notificationId, customId, jobId }: StoredNotification,
): Forward | null {
  if (jobId !== null || headers[FORWARDED_HEADER] !== undefined) return null;
  if (customId !== null && isOwnCustomId(customId)) return null;
  return { notificationId, contentType: headers['content-type'] ?? '', body: bytes };
}

/** `POST /webhooks/webscraper`: stored first, answered, then signalled or forwarded. */
export function webscraperRoutes(
  app: FastifyInstance,
  { database, notify, forward, webhookTokens, logger }: AppDeps,
): void {
  // Before the body is read: a stranger's is not worth it, and learns nothing from how we take it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const allowed = tokensIn(request).some((token) => tokenAllowed(token, webhookTokens));
    if (!allowed) await reply.code(401).send({ error: 'wrong token' });
  };
  keepBytes(app);
  const storing = new Grouped((told: readonly NewNotification[]) => storeNotifications(database.db, told));

  /** Gives also whether it is to be forwarded: that stands in the database then. */
  async function store(request: FastifyRequest, arrived: Arrived, notification: NewNotification) {
    const stored = await storing.ask(notification);
    const forwarded = forward === null ? null : forwardOf(request, arrived, stored);
    if (forwarded !== null) await insertForward(database.db, forwarded);
    return { ...stored, isForwarded: forwarded !== null };
  }

  app.post<{ Body: Arrived | undefined }>('/webhooks/webscraper', { onRequest }, async (request, reply) => {
    const arrived = request.body;
    const notification = notificationIn(arrived?.body);
    if (arrived === undefined || notification === null)
      return reply.code(400).send({ error: 'malformed: scrapingjob_id and status are required' });
    let stored: Awaited<ReturnType<typeof store>>;
    try {
      stored = await within(STORE_TIMEOUT_MS, store(request, arrived, notification));
    } catch (error) {
      logger.error({ error: rootMessage(error) }, 'a notification could not be stored');
      return reply.code(503).send({ error: 'the database cannot be reached; send it again' });
    }
    const { batchId, scrapingJobId, isForwarded } = stored;
    if (isForwarded) forward?.();
    else if (batchId === null) logger.warn({ scrapingJobId }, 'a notification for an unknown job was kept');
    else
      notify(batchId).catch((error: unknown) => {
        logger.warn({ batchId, error: errorMessage(error) }, 'not signalled; the relay will');
      });
    return reply.code(200).send({ stored: true });
  });
}
