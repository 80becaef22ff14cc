import { SignJWT } from 'jose';
import { errorMessage } from '../errors.ts';
import { fieldsOf } from '../json-fields.ts';
import { OnlyOfficeError } from './error.ts';
import { post } from './post.ts';
import type { PostAnswer } from './post.ts';

/** The document server's command service (https://api.onlyoffice.com/docs/docs-api/additional-api/command-service). */
export interface CommandService {
  /**
   * Whether somebody edits the document of this session (callbacks' `key`) now. False from the moment the last one
   * has left, which is some seconds before what they changed is saved (callback status 2): until that or a status 4
   * has come, a save may still follow. The document server also tells the answer to its callback (status 1 or 4).
   *
   * @throws {OnlyOfficeError}
   */
  isOpen(key: string): Promise<boolean>;
}

/** A question of a few bytes; a writeback waits for it. */
const TIMEOUT_MS = 10_000;

/** As long as the document server's own signatures. */
const SIGNATURE_LIFE = '5m';

const NO_ERROR = 0;
/** No document of this key: never opened, or closed and cleaned up. */
const NO_SUCH_DOCUMENT = 1;
const INTERNAL_ERROR = 3;
const REFUSALS: Readonly<Record<number, string>> = {
  2: 'it knows no callback for this document',
  5: 'it does not know the command',
  6: 'the signature is wrong: ONLYOFFICE_JWT_SECRET must be its own',
  7: 'the signature has expired: the clocks of the two machines differ',
};

function sign(claims: Record<string, unknown>, secret: string): Promise<string> {
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' });
  return token.setIssuedAt().setExpirationTime(SIGNATURE_LIFE).sign(new TextEncoder().encode(secret));
}

function jsonIn({ status, body }: PostAnswer): Readonly<Record<string, unknown>> {
  if (status >= 500)
    throw new OnlyOfficeError('ONLYOFFICE_UNAVAILABLE', `the document server answered ${status}`);
  try {
    if (status >= 200 && status <= 299) return fieldsOf(JSON.parse(body.toString('utf8')));
  } catch {
    // Told below, without the page that came instead.
  }
  const text = `what answers at ONLYOFFICE_COMMAND_URL (${status}) is not the document server's command service`;
  throw new OnlyOfficeError('ONLYOFFICE_REFUSED', text);
}

/**
 * Asks the command service at `url`. With a secret requests are signed in the body (`token`, as of version 7.1) and
 * in the header (the body as its claim `payload`, before that): as Nextcloud's connector does.
 */
export function createCommandService(options: {
  url: string;
  jwtSecret: string | null;
  jwtHeader: string;
  timeoutMs?: number;
}): CommandService {
  const { jwtSecret, jwtHeader, timeoutMs = TIMEOUT_MS } = options;

  async function send(command: { c: string; key: string }): Promise<PostAnswer> {
    const url = new URL(options.url);
    // Which of several servers has the document, as of version 8.1; others leave it alone.
    url.searchParams.set('shardkey', command.key);
    const token = jwtSecret === null ? undefined : await sign(command, jwtSecret);
    const bearer = jwtSecret === null ? null : await sign({ payload: command }, jwtSecret);
    const headers = {
      'content-type': 'application/json',
      ...(bearer === null ? {} : { [jwtHeader]: `Bearer ${bearer}` }),
    };
    const body = Buffer.from(JSON.stringify({ ...command, token }));
    const request = { headers, body, timeoutMs, setting: 'ONLYOFFICE_COMMAND_URL' };
    return post(url, request).catch((error: unknown) => {
      const text = `the document server could not be asked: ${errorMessage(error)}`;
      throw new OnlyOfficeError('ONLYOFFICE_UNAVAILABLE', text, { cause: error });
    });
  }

  return {
    async isOpen(key) {
      const { error, users } = jsonIn(await send({ c: 'info', key }));
      // Old versions tell the users to the callback only: a document that is there counts as open.
      if (error === NO_ERROR) return !Array.isArray(users) || users.length > 0;
      if (error === NO_SUCH_DOCUMENT) return false;
      if (error === INTERNAL_ERROR)
        throw new OnlyOfficeError('ONLYOFFICE_UNAVAILABLE', 'the document server has an internal error');
      const reason = REFUSALS[Number(error)] ?? `error ${JSON.stringify(error ?? null)}`;
      throw new OnlyOfficeError(
        'ONLYOFFICE_REFUSED',
        `the document server refused to tell who edits: ${reason}`,
      );
    },
  };
}
