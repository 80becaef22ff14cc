import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether the token is one of those allowed; takes the same time for every wrong one. */
export function tokenAllowed(given: string, allowed: readonly string[]): boolean {
  const own = digest(given);
  return allowed.map((token) => timingSafeEqual(own, digest(token))).includes(true);
}
