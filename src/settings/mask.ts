import { MASK } from '../redact.ts';

const SECRET_NAME = /token|secret|password|passwd|pwd|key|auth|signature/i;

/** A text that is a secret as a whole. */
export const maskSecret = (): string => MASK;

/** The parts of a setting that its mask hides, those of a comma-separated list each by itself. */
export function hiddenParts(text: string, masked: string): string[] {
  const [first = '', ...others] = masked.split(MASK);
  let from = first.length;
  return others.flatMap((shown) => {
    const to = shown === '' ? text.length : text.indexOf(shown, from);
    const hidden = text.slice(from, to);
    from = to + shown.length;
    // Of `name:token` the token alone may be met as well.
    const items = hidden.split(',').map((item) => item.trim());
    return [hidden, ...items, ...items.map((item) => item.slice(item.indexOf(':') + 1))];
  });
}

/** A URL without its password and without the values of query parameters whose names tell of a secret. */
export function maskUrl(text: string): string {
  const queryAt = text.indexOf('?');
  const address = queryAt === -1 ? text : text.slice(0, queryAt);
  if (queryAt === -1) return maskLogin(address);
  const parameters = text
    .slice(queryAt + 1)
    .split('&')
    .map((parameter) => {
      const name = parameter.split('=', 1)[0] ?? '';
      return SECRET_NAME.test(name) ? `${name}=${MASK}` : parameter;
    });
  return `${maskLogin(address)}?${parameters.join('&')}`;
}

/** A URL that is a secret as a whole, as those of chats are: its origin alone is told. */
export function maskPath(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : null;
  return origin !== null && text.startsWith(`${origin}/`) ? `${origin}/${MASK}` : MASK;
}

function maskLogin(address: string): string {
  const parsed = URL.canParse(address) ? new URL(address) : null;
  // What is no URL is one mistyped: all that stands before its host may be the password.
  if (parsed === null || parsed.host === '') return address.replace(/^.*@/s, `${MASK}@`);
  if (parsed.password === '') return address;
  return address.replace(/^([^:]+:\/\/[^:/]*):.*?@(?=[^@/]*(\/|$))/s, `$1:${MASK}@`);
}

/** Variables of Temporal that hold no secret; every other one is masked, headers and keys among them. */
const PLAIN_TEMPORAL =
  /^TEMPORAL_(ADDRESS|NAMESPACE|PROFILE|CONFIG_FILE|TLS|TLS_(SERVER_NAME|DISABLE_HOST_VERIFICATION|.*_PATH))$/;

export function maskTemporal(name: string, text: string): string {
  return PLAIN_TEMPORAL.test(name) ? text : MASK;
}
