import { vi } from 'vitest';
import type { AppDeps } from '../../src/http/app-deps.ts';
import { buildApp } from '../../src/http/app.ts';

/** The app over this database, with what it told the batches and the log. */
export function testApp(database: AppDeps['database'], more: Partial<AppDeps> = {}) {
  const notify = vi.fn<AppDeps['notify']>(async () => {});
  const logger = { error: vi.fn(), warn: vi.fn(), debug: vi.fn() };
  const deps: AppDeps = {
    database,
    notify,
    logger,
    webhookTokens: ['new', 'old'],
    pingTemporal: async () => {},
    saves: { store: async () => {}, noteSession: async () => {} },
    onlyoffice: { jwtSecret: null, jwtHeader: 'Authorization', callbackUrl: null },
    nextcloud: { webhookToken: null, botUser: null },
  };
  return { app: buildApp({ ...deps, ...more }), notify, logger };
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
export const JSON_BODY = { 'content-type': 'application/json' };
