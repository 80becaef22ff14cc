import { createHmac } from 'node:crypto';
import { tokenAllowed } from '../token.ts';
import type { NamedToken } from './rules.ts';

const COOKIE = 'tsuiseki_session';
/** A working day. */
const SESSION_MS = 12 * 60 * 60 * 1_000;

/**
 * A session is nothing but its cookie: the name and its end, signed with the token it was opened by. It ends with that
 * token, too, and any number of servers know it.
 */
export function sessionCookie(visitor: NamedToken, nowMs: number, isSecure: boolean): string {
  const claim = Buffer.from(JSON.stringify([visitor.name, nowMs + SESSION_MS])).toString('base64url');
  return cookie(`${claim}.${signature(claim, visitor)}`, SESSION_MS, isSecure);
}

export function endedCookie(isSecure: boolean): string {
  return cookie('', 0, isSecure);
}

/** Whether the cookies hold a session, good or not. */
export const isSession = (cookies: string): boolean => cookies.includes(`${COOKIE}=`);

/** Whose session the cookies hold; null: none that is still good. */
export function sessionOf(cookies: string, tokens: readonly NamedToken[], nowMs: number): NamedToken | null {
  const value = cookies
    .split(';')
    .map((each) => each.trim())
    .find((each) => each.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
  const [claim = '', given = ''] = value?.split('.') ?? [];
  const owner = tokens.find((each) => tokenAllowed(given, [signature(claim, each)]));
  if (owner === undefined) return null;
  // Signed by us: it has the form that we gave it.
  const [name, endsMs] = JSON.parse(Buffer.from(claim, 'base64url').toString()) as [string, number];
  return name === owner.name && nowMs < endsMs ? owner : null;
}

function signature(claim: string, { token }: NamedToken): string {
  return createHmac('sha256', `tsuiseki session ${token}`).update(claim).digest('base64url');
}

function cookie(value: string, lastsMs: number, isSecure: boolean): string {
  const attributes = [`Max-Age=${lastsMs / 1_000}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  return [`${COOKIE}=${value}`, ...attributes, ...(isSecure ? ['Secure'] : [])].join('; ');
}
