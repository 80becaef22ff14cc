import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorMessage, rootMessage } from '../errors.ts';
import { FileError } from '../files/types.ts';
import { fieldsOf } from '../json-fields.ts';
import { signedCallback } from '../onlyoffice/callback-token.ts';
import type { SignedCallback } from '../onlyoffice/callback-token.ts';
import { CallbackError } from '../onlyoffice/error.ts';
import { forwardTarget } from '../onlyoffice/forward-target.ts';
import { post, PostFailed } from '../onlyoffice/post.ts';
import type { PostAnswer } from '../onlyoffice/post.ts';
import type { AppDeps } from './app-deps.ts';
import { STORE_TIMEOUT_MS, within } from './deadline.ts';
import { savedWorkbook } from './save-path.ts';

/** A callback tells the document's history of changes, too; more than so much is none. */
const CALLBACK_LIMIT_BYTES = 4 * 1024 * 1024;
/**
 * Until Nextcloud has fetched the file and stored it, 100 MB perhaps. The document server waits ten minutes
 * (`callbackRequestTimeout`), and tries three times more after a 5xx (`callbackBackoffOptions`).
 */
const FORWARD_TIMEOUT_MS = 300_000;

const SAVES = new Set([2, 6]);
/** It could not be saved as everybody had left, or while editing goes on. */
const FAILED_SAVES = new Set([3, 7]);
/** Whether an editing session is open after a callback of this status; others say nothing of it. */
const SESSION_OPEN = new Map([
  [1, true],
  [2, false],
  [3, false],
  [4, false],
]);

const answerOf = (status: number, error: 0 | 1): PostAnswer => ({
  status,
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify({ error })),
});
const DONE = answerOf(200, 0);
/** The document server keeps its version of the file, and tries again. */
const NOT_DONE = answerOf(502, 1);

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The workbook of a callback with this query; null: it names none. */
function workbookIn(query: string): ReturnType<typeof savedWorkbook> | null {
  const parameters = new URLSearchParams(query);
  const paths = new Set([...parameters.getAll('path'), ...parameters.getAll('file_path')]);
  if (paths.size > 1) throw new CallbackError('CALLBACK_MALFORMED', 'more than one path is given');
  const [path] = paths;
  return path === undefined ? null : savedWorkbook(path);
}

/** Nextcloud has the file: it said so, or there is no Nextcloud to ask. */
function saved({ status, body }: PostAnswer): boolean {
  return status >= 200 && status <= 299 && fieldsOf(parsed(body))['error'] === 0;
}

/**
 * `POST /webhooks/onlyoffice`: checked, forwarded to Nextcloud's own callback, whose answer is ours; what it tells is
 * stored beside that. People's saves depend on it: of all that is ours it needs no more than this process.
 */
export function onlyofficeRoutes(app: FastifyInstance, { saves, onlyoffice, logger }: AppDeps): void {
  const { jwtSecret, jwtHeader, callbackUrl, forwardTimeoutMs = FORWARD_TIMEOUT_MS } = onlyoffice;
  let warnedOfNoPath = false;

  function signatureHeader(request: FastifyRequest): string | undefined {
    const header = request.headers[jwtHeader.toLowerCase()];
    return typeof header === 'string' ? header : undefined;
  }

  async function forward(target: URL | null, request: FastifyRequest, body: Buffer): Promise<PostAnswer> {
    if (target === null) return DONE;
    const contentType = request.headers['content-type'];
    const signature = signatureHeader(request);
    const headers = {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(signature === undefined ? {} : { [jwtHeader]: signature }),
    };
    try {
      const setting = 'ONLYOFFICE_CALLBACK_URL';
      return await post(target, { headers, body, timeoutMs: forwardTimeoutMs, setting });
    } catch (error) {
      if (!(error instanceof PostFailed)) throw error;
      logger.error({ error: error.message }, 'a callback could not be forwarded to Nextcloud');
      return NOT_DONE;
    }
  }

  /** Begins to store what a callback told; never waited for. */
  function record(workbook: string, callback: SignedCallback, isSave: boolean): void {
    const keep = (stored: () => Promise<void>, text: string) => {
      const storing = async () => within(STORE_TIMEOUT_MS, stored());
      storing().catch((error: unknown) => logger.warn({ workbook, error: rootMessage(error) }, text));
    };
    const { status, key, savedBy } = callback;
    const open = SESSION_OPEN.get(status);
    if (open !== undefined)
      keep(() => saves.noteSession({ workbook, key, open }), 'who edits a workbook could not be stored');
    const failed = FAILED_SAVES.has(status);
    if (failed)
      logger.warn({ workbook, status }, 'the document server could not save what was edited; see its log');
    if (failed)
      keep(
        () => saves.noteSessionSave({ workbook, key, failed }),
        'that the document server could not save could not be stored',
      );
    if (isSave)
      keep(async () => {
        await saves.store({ workbook, source: 'onlyoffice', savedBy });
        await saves.noteSessionSave({ workbook, key, failed });
      }, 'a save could not be stored; left to the sweep');
  }

  app.removeAllContentTypeParsers();
  // Whatever it is called: what is forwarded and signed is these bytes.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof CallbackError && error.code === 'CALLBACK_UNSIGNED') {
      logger.warn({ error: error.message }, 'a callback was refused');
      return reply.code(401).send({ error: error.message });
    }
    if (error instanceof FileError || error instanceof CallbackError)
      return reply.code(400).send({ error: `malformed: ${errorMessage(error, 200)}` });
    throw error;
  });
  app.post('/webhooks/onlyoffice', { bodyLimit: CALLBACK_LIMIT_BYTES }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const callback = await signedCallback(
      { body: parsed(body), header: signatureHeader(request) },
      jwtSecret,
    );
    const query = request.url.split('?').slice(1).join('?');
    const named = workbookIn(query);
    const target = forwardTarget(callbackUrl, query);
    if (named === null && target === null) throw new CallbackError('CALLBACK_MALFORMED', 'path is required');
    const answer = await forward(target, request, body);
    if (named === null) {
      if (!warnedOfNoPath)
        logger.warn('callbacks without path are forwarded; their saves are left to the sweep');
      warnedOfNoPath = true;
    } else if (named.notOurs === null) {
      record(named.workbook, callback, SAVES.has(callback.status) && saved(answer));
    } else {
      logger.debug({ workbook: named.workbook }, 'a callback for a workbook of no task was forwarded only');
    }
    if (answer.contentType !== undefined) reply.header('content-type', answer.contentType);
    return reply.code(answer.status).send(answer.body);
  });
}
