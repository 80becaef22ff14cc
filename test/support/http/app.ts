import { onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import type { Database } from '../../../src/db/database.ts';
import type { AppDeps } from '../../../src/http/app-deps.ts';
import { buildApp } from '../../../src/http/app.ts';
import type { SaveInbox } from '../../../src/saves/save-inbox.ts';
import { testApi } from './api.ts';
import { OPEN } from './sign-in-rules.ts';
import { closedPort } from '../servers.ts';

/** The app over this database, with what it told the batches and the log. */
export function testApp(database: AppDeps['database'], more: Partial<AppDeps> = {}) {
  const notify = vi.fn<AppDeps['notify']>(async () => {});
  const logger = { error: vi.fn(), warn: vi.fn(), debug: vi.fn() };
  const deps: AppDeps = {
    database,
    notify,
    logger,
    signIn: OPEN,
    api: testApi(database as Database),
    webhookTokens: ['new', 'old'],
    forward: null,
    pingTemporal: async () => {},
    temporalFigures: async () => ({ queues: [], schedules: [], waits: [] }),
    callLimit: 200,
    requery: 'free',
    serving: null,
    saves: { store: async () => {}, noteSession: async () => {}, noteSessionSave: async () => {} },
    onlyoffice: { jwtSecret: null, jwtHeader: 'Authorization', callbackUrl: null },
    nextcloud: { webhookToken: null, botUser: null },
  };
  return { app: buildApp({ ...deps, ...more }), notify, logger };
}

/** The app on a port of its own, its database and Temporal away, with what it gave to be stored. */
export async function listeningApp(more: Partial<AppDeps> = {}) {
  const saves = {
    store: vi.fn<SaveInbox['store']>(async () => {}),
    noteSession: vi.fn<SaveInbox['noteSession']>(async () => {}),
    noteSessionSave: vi.fn<SaveInbox['noteSessionSave']>(async () => {}),
  };
  const database = openDatabase(`postgres://me:hush@127.0.0.1:${await closedPort()}/x`);
  const pingTemporal = () => Promise.reject(new Error('14 UNAVAILABLE'));
  const { app, logger } = testApp(database, { pingTemporal, saves, ...more });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await app.close();
    await database.sql.end({ timeout: 0 });
  });
  return { url, logger, saves };
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
export const JSON_BODY = { 'content-type': 'application/json' };
