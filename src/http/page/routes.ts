import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { builtFile } from '../../paths.ts';
import { etagOf } from '../etag.ts';

/** Nothing comes from elsewhere, and nothing that stands in a page or a cell is run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FILES = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page/app.js': { file: 'app.js', type: 'text/javascript; charset=utf-8' },
  '/page/app.css': { file: 'app.css', type: 'text/css; charset=utf-8' },
  '/page/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
} as const;

/** The ops page as it was built; registered behind the guard, as it is nobody's who is not signed in. */
export function pageRoutes(app: FastifyInstance): void {
  for (const [path, { file, type }] of Object.entries(FILES)) {
    let kept: { body: Buffer; etag: string } | null = null;
    app.get(path, (request, reply) => {
      kept ??= readBuilt(file);
      reply
        .header('content-security-policy', POLICY)
        .header('referrer-policy', 'no-referrer')
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'private, no-cache')
        .header('etag', kept.etag);
      if (request.headers['if-none-match'] === kept.etag) return reply.code(304).send();
      return reply.type(type).send(kept.body);
    });
  }
}

function readBuilt(file: string): { body: Buffer; etag: string } {
  const body = readFileSync(join(builtFile('page'), file));
  return { body, etag: etagOf(body) };
}
