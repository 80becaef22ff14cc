import { BlockList, isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { tokenAllowed } from '../token.ts';
import type { NamedToken, SignInRules, Visitor } from './rules.ts';
import { sessionOf } from './session.ts';

/** What of a request tells who sent it. */
export interface Asking {
  remoteAddress: string | undefined;
  headers: IncomingHttpHeaders;
}

const LOOPBACK = addressList(['127.0.0.0/8', '::1']);
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
/** A proxy on this machine comes from loopback as well, for whomever. */
const FORWARDING = /^(?:forwarded|via|x-real-ip|x-forwarded-.+|cf-connecting-ip|true-client-ip)$/;
const BEARER = /^Bearer +(\S+)$/i;
/** Longer is no name; a comma stands between two headers of which one may be the visitor's own. */
const USER = /^[^\p{Cc},]{1,100}$/u;

/** Addresses and networks in CIDR form. */
export function addressList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) {
    const [host = '', bits] = address.split('/');
    const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(host, family);
    else list.addSubnet(host, Number(bits), family);
  }
  return list;
}

function holds(list: BlockList, address: string | undefined): boolean {
  // As a socket that takes both kinds tells an IPv4 address.
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/** The token of `Authorization: Bearer`; null: there is none. */
export function bearerToken({ authorization = '' }: IncomingHttpHeaders): string | null {
  return BEARER.exec(authorization)?.[1] ?? null;
}

/** The visitor that a token is of. */
export function visitorOf(token: string, { tokens }: SignInRules): NamedToken | null {
  // All are compared, whichever fits.
  const fitting = tokens.filter((each) => tokenAllowed(token, [each.token]));
  return fitting[0] ?? null;
}

/** Whose headers name who is signed in, and for whom they speak. */
export function proxyTrust({ trustedProxies }: SignInRules): (address: string | undefined) => boolean {
  const proxies = addressList(trustedProxies);
  return (address) => holds(proxies, address);
}

export interface Visitors {
  /** Who asks (docs/sign-in.md); null: not signed in. */
  identify: (asking: Asking, nowMs: number) => Visitor | null;
  /** A proxy names whoever asks: no token of theirs is looked at. */
  isNamed: (asking: Asking) => boolean;
}

/** Tells visitors by what their requests carry. */
export function visitors(rules: SignInRules): Visitors {
  const { tokens, trustedProxies, viewerUsers } = rules;
  const isTrusted = proxyTrust(rules);
  const userHeader = rules.userHeader.toLowerCase();
  const isOpen = tokens.length === 0 && trustedProxies.length === 0;
  function namedUser({ remoteAddress, headers }: Asking): string | null {
    const user = headers[userHeader];
    return typeof user === 'string' && user.trim() !== '' && isTrusted(remoteAddress) ? user.trim() : null;
  }

  function identify(asking: Asking, nowMs: number): Visitor | null {
    const { remoteAddress, headers } = asking;
    const user = namedUser(asking);
    if (user !== null) {
      // Names go into histories and logs, addresses do not.
      const [name = ''] = user.split('@');
      return USER.test(user) && name !== ''
        ? { name, role: viewerUsers.includes(user) ? 'viewer' : 'operator' }
        : null;
    }
    const bearer = bearerToken(headers);
    if (bearer !== null) return told(visitorOf(bearer, rules));
    if (!isOpen) return told(sessionOf(headers.cookie ?? '', tokens, nowMs));
    const isLocal = holds(LOOPBACK, remoteAddress) && LOOPBACK_HOST.test(headers.host ?? '');
    const isForwarded = Object.keys(headers).some((name) => FORWARDING.test(name) || name === userHeader);
    return isLocal && !isForwarded ? { name: 'local', role: 'operator' } : null;
  }

  return { identify, isNamed: (asking) => namedUser(asking) !== null };
}

const told = (token: NamedToken | null): Visitor | null =>
  token === null ? null : { name: token.name, role: token.role };
