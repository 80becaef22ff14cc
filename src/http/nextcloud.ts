import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rootMessage } from '../errors.ts';
import { FileError } from '../files/types.ts';
import { fieldsOf, shortText } from '../json-fields.ts';
import type { AppDeps } from './app-deps.ts';
import { STORE_TIMEOUT_MS, within } from './deadline.ts';
import { savedWorkbook } from './save-path.ts';
import { tokenAllowed } from './token.ts';

/** A file that somebody wrote; or an event that is none; null: neither, malformed. */
type Told = { path: string; user: string | null } | { notASave: string } | null;

const FILE_CHANGED = 'file_changed';
/** Not `BeforeNodeWrittenEvent`: then the file is the old one still. */
const WRITTEN = /(^|\\)NodeWrittenEvent$/;
/** `/{user}/files/…`: what is below the user's own root, the one of `WEBDAV_URL`. */
const IN_FILES = /^\/[^/]+\/files(\/.*)$/s;

/** `{"event":"file_changed","path","user"}`. */
function toldByScript(fields: Readonly<Record<string, unknown>>): Told {
  const { event, path, user } = fields;
  if (event !== FILE_CHANGED) return { notASave: `only ${FILE_CHANGED} is a save` };
  return typeof path === 'string' ? { path, user: shortText(user) } : null;
}

/**
 * The body of Nextcloud's app `webhook_listeners`
 * (https://docs.nextcloud.com/server/latest/admin_manual/webhook_listeners/): `user` is null where nobody is logged in.
 */
function toldByListener(fields: Readonly<Record<string, unknown>>): Told {
  const event = fieldsOf(fields['event']);
  const { class: name } = event;
  if (typeof name !== 'string') return null;
  if (!WRITTEN.test(name)) return { notASave: 'only NodeWrittenEvent is a save' };
  const { path } = fieldsOf(event['node']);
  const inFiles = typeof path === 'string' ? IN_FILES.exec(path)?.[1] : undefined;
  return inFiles === undefined ? null : { path: inFiles, user: shortText(fieldsOf(fields['user'])['uid']) };
}

function toldIn(body: unknown): Told {
  const fields = fieldsOf(body);
  return typeof fields['event'] === 'string' ? toldByScript(fields) : toldByListener(fields);
}

/** `POST /webhooks/nextcloud`: a save is stored first, then answered. */
export function nextcloudRoutes(app: FastifyInstance, { saves, nextcloud, logger }: AppDeps): void {
  const { webhookToken, botUser } = nextcloud;
  // Nextcloud knows no two users whose ids differ in case only, and logs them in by either.
  const isBot = (user: string) => user.toLowerCase() === botUser?.toLowerCase();

  // Before the body is read: a stranger's is not worth it, and learns nothing from how we take it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const given = request.headers['x-nextcloud-webhook-token'];
    const allowed = webhookToken === null ? [] : [webhookToken];
    if (typeof given !== 'string' || !tokenAllowed(given, allowed))
      await reply.code(401).send({ error: 'wrong token' });
  };
  app.removeAllContentTypeParsers();
  // Nextcloud sends its JSON without a content type.
  app.addContentTypeParser('*', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  app.post('/webhooks/nextcloud', { onRequest }, async (request, reply) => {
    const ignored = (reason: string) => reply.code(200).send({ stored: false, reason });
    const malformed = (reason: string) => reply.code(400).send({ error: `malformed: ${reason}` });
    const told = toldIn(request.body);
    if (told === null)
      return malformed('event and path, or event.class and event.node.path below files, are required');
    if ('notASave' in told) return ignored(told.notASave);
    const { path, user } = told;
    if (user !== null && isBot(user)) return ignored("the system's own save");
    let workbook: string;
    try {
      const named = savedWorkbook(path);
      if (named.notOurs !== null) return ignored(named.notOurs);
      workbook = named.workbook;
    } catch (error) {
      if (error instanceof FileError) return malformed(error.message);
      throw error;
    }
    try {
      await within(STORE_TIMEOUT_MS, saves.store({ workbook, source: 'nextcloud', savedBy: user }));
    } catch (error) {
      logger.error({ workbook, error: rootMessage(error) }, 'a save could not be stored; left to the sweep');
      return reply.code(503).send({ error: 'the database cannot be reached; the save is left to the sweep' });
    }
    return reply.code(200).send({ stored: true });
  });
}
