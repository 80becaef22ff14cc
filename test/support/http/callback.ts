import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { AppDeps } from '../../../src/http/app-deps.ts';
import { JSON_BODY, listeningApp } from './app.ts';

export const SECRET = randomBytes(24).toString('base64url');
export const PATH = '/official_website_tracking/OWT-1.xlsx';
export const KEY = 'Khirz6zTPdfd7';

const bytesOf = (secret: string) => new TextEncoder().encode(secret);

/** Signed as the document server does, for five minutes. */
export function signed(claims: Record<string, unknown>, secret = SECRET, expires: number | string = '5m') {
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' });
  return token.setIssuedAt().setExpirationTime(expires).sign(bytesOf(secret));
}

/** A callback, as the document server tells of a save. */
export const saveOf = (status: number, more: Record<string, unknown> = {}) => ({
  status,
  key: KEY,
  users: ['ocabcdef0123_alice'],
  ...more,
});

export interface Callback {
  query?: string;
  headers?: Record<string, string>;
  body: string;
}

/** Signed in the header, the body its claim `payload`. */
export async function inHeader(body: Record<string, unknown>, name = 'authorization'): Promise<Callback> {
  return { headers: { [name]: `Bearer ${await signed({ payload: body })}` }, body: JSON.stringify(body) };
}

/** Signed in the body, as `token`. */
export async function inBody(body: Record<string, unknown>): Promise<Callback> {
  return { body: JSON.stringify({ ...body, token: await signed(body) }) };
}

export function callbackApp(onlyoffice: Partial<AppDeps['onlyoffice']> = {}, more: Partial<AppDeps> = {}) {
  const defaults = { jwtSecret: SECRET, jwtHeader: 'Authorization', callbackUrl: null };
  return listeningApp({ onlyoffice: { ...defaults, ...onlyoffice }, ...more });
}

export function send(url: string, { query = `path=${PATH}`, headers, body }: Callback): Promise<Response> {
  const address = `${url}/webhooks/onlyoffice?${query}`;
  return fetch(address, { method: 'POST', headers: { ...JSON_BODY, ...headers }, body, redirect: 'manual' });
}
