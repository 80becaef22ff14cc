import { vi } from 'vitest';
import { type AppDeps, buildApp } from '../../src/http/app.ts';

/** The app over this database, with what it told the batches and the log. */
export function testApp(database: AppDeps['database'], more: Partial<AppDeps> = {}) {
  const notify = vi.fn<AppDeps['notify']>(async () => {});
  const logger = { error: vi.fn(), warn: vi.fn() };
  const deps = { database, notify, logger, webhookTokens: ['new', 'old'], pingTemporal: async () => {} };
  return { app: buildApp({ ...deps, ...more }), notify, logger };
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
export const JSON_BODY = { 'content-type': 'application/json' };
