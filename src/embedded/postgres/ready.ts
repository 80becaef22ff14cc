import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { errorMessage } from '../../errors.ts';
import { EmbeddedError } from '../errors.ts';
import { startFailure } from '../server-process.ts';
import type { ServerProcess } from '../server-process.ts';

const POLL_MS = 25;
const CONNECT_TIMEOUT_SECONDS = 5;

export interface PostgresReadyOptions {
  readonly server: ServerProcess;
  /** Of the superuser, to the database `postgres`. */
  readonly adminUrl: string;
  readonly databaseName: string;
  readonly logFile: string;
  readonly timeoutMs: number;
}

/**
 * Returns when the server answers and the database is there. Another server that took the port does not know
 * the password.
 *
 * @throws EmbeddedError `START_FAILED` when it ends before that, `START_TIMEOUT`.
 */
export async function waitForPostgres(options: PostgresReadyOptions): Promise<void> {
  const deadlineMs = Date.now() + options.timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadlineMs) {
    const { exit } = options.server;
    if (exit !== undefined) throw startFailure('PostgreSQL', exit, options.logFile);
    try {
      await ensureDatabase(options.adminUrl, options.databaseName);
      return;
    } catch (error) {
      lastError = error;
    }
    await sleep(POLL_MS);
  }
  const text = `PostgreSQL did not answer within ${options.timeoutMs / 1000} s: ${errorMessage(lastError, 200)}; log: ${options.logFile}`;
  throw new EmbeddedError('START_TIMEOUT', text, { cause: lastError });
}

async function ensureDatabase(adminUrl: string, databaseName: string): Promise<void> {
  const sql = postgres(adminUrl, {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => undefined,
  });
  try {
    const found = await sql`select 1 from pg_database where datname = ${databaseName}`;
    if (found.length === 0) await sql`create database ${sql(databaseName)}`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
