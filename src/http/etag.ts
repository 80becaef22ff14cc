import { createHash } from 'node:crypto';

/** An entity tag of what is answered: the same for the same bytes, on any server. */
export const etagOf = (body: string | Buffer): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
