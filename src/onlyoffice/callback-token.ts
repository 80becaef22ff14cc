import { errors, jwtVerify } from 'jose';
import { fieldsOf, shortText } from '../json-fields.ts';
import { CallbackError } from './error.ts';

/** What the document server signed of a callback: all that is believed of it. */
export interface SignedCallback {
  /** https://api.onlyoffice.com/docs/docs-api/usage-api/callback-handler: 2 and 6 are saves. */
  status: number;
  /** The editing session's, and no other's. */
  key: string;
  /** Nextcloud's id of whoever saved, where it was told. */
  savedBy: string | null;
}

/** Clocks of two machines; the document server itself allows so much. */
const CLOCK_TOLERANCE_S = 60;

/** Nextcloud's connector gives user ids to the document server as `{instance id}_{user id}`; `oc`, then ten. */
const INSTANCE_PREFIX = /^oc[a-z0-9]{10}_/;

const FORCED_BY_BUTTON = 1;

function userIn(value: unknown): string | null {
  return shortText(typeof value === 'string' ? value.replace(INSTANCE_PREFIX, '') : null);
}

/** As Nextcloud's connector tells it: who pressed the button, else the author of the latest changes. */
function saverIn({ forcesavetype, actions, users }: Readonly<Record<string, unknown>>): string | null {
  const [action] = Array.isArray(actions) ? actions : [];
  const [author] = Array.isArray(users) ? users : [];
  return userIn((forcesavetype === FORCED_BY_BUTTON ? fieldsOf(action)['userid'] : null) ?? author);
}

function unsigned(reason: string, cause?: unknown): CallbackError {
  return new CallbackError('CALLBACK_UNSIGNED', reason, { cause });
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'its signature has expired';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its signature is not HS256';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return 'its signature cannot be read, or is not valid yet';
}

async function claimsOf(token: string, secret: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    return payload;
  } catch (error) {
    throw unsigned(reasonOf(error), error);
  }
}

/**
 * What is signed of a callback with this body (parsed; undefined: no JSON) and this signature header. As Nextcloud's
 * connector reads it: a `token` in the body, whose claims are the body, goes before the header, where the body is the
 * claim `payload`.
 *
 * @throws {CallbackError} `CALLBACK_UNSIGNED`: not signed, signed by somebody else, not HS256, expired, or another body was signed
 */
export async function signedCallback(
  { body, header }: { body: unknown; header: string | undefined },
  secret: string | null,
): Promise<SignedCallback> {
  if (secret === null) throw unsigned('ONLYOFFICE_JWT_SECRET is not set');
  const open = fieldsOf(body);
  const inBody = open['token'];
  const token = typeof inBody === 'string' ? inBody : /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  if (token === undefined) throw unsigned('it is not signed');
  const claims = await claimsOf(token, secret);
  const signed = token === inBody ? claims : fieldsOf(claims['payload']);
  const { status } = signed;
  const key = shortText(signed['key']);
  if (typeof status !== 'number' || key === null) throw unsigned('what it signed holds no status and key');
  // Beside a token in the body nothing else need stand there.
  const agree = (['status', 'key'] as const).every(
    (name) => open[name] === signed[name] || (token === inBody && open[name] === undefined),
  );
  if (!agree) throw unsigned('its body is not what was signed');
  return { status, key, savedBy: saverIn(signed) };
}
