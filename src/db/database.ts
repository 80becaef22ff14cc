import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { packageRoot } from '../paths.ts';
import { guardTransactions } from './ended-sessions.ts';
import { prepareQueries } from './prepared-queries.ts';
import { soundServerVersion } from './server-version.ts';
import * as drift from './drift-schema.ts';
import * as files from './file-schema.ts';
import * as forwards from './forward-schema.ts';
import * as given from './given-schema.ts';
import * as pacing from './pacing-schema.ts';
import * as parcels from './parcel-schema.ts';
import * as rollUps from './roll-up-schema.ts';
import * as tables from './schema.ts';
import * as texts from './text-schema.ts';

const MIGRATIONS = join(packageRoot, 'src/db/migrations');

export interface Database {
  /** Typed queries. */
  db: ReturnType<typeof connect>['db'];
  /** Plain SQL where a query builder would only hide it. */
  sql: postgres.Sql;
  close(): Promise<void>;
}

/** What queries run on: the database itself or a transaction of it. */
export type Queries = Database['db'] | Parameters<Parameters<Database['db']['transaction']>[0]>[0];

function connect(url: string, options: postgres.Options<Record<string, never>>) {
  const client = postgres(url, options);
  prepareQueries(client);
  guardTransactions(client);
  return {
    client,
    db: drizzle(client, {
      schema: {
        ...tables,
        ...drift,
        ...files,
        ...forwards,
        ...pacing,
        ...given,
        ...parcels,
        ...rollUps,
        ...texts,
      },
      casing: 'snake_case',
    }),
  };
}

/** Opens a pool of at most `maxConnections`. `schemaName` is for tests, each of which has its own. */
export function openDatabase(
  url: string,
  options: { maxConnections?: number; schemaName?: string } = {},
): Database {
  const { client, db } = connect(url, {
    max: options.maxConnections ?? 10,
    onnotice: () => {},
    connect_timeout: 10,
    // The driver's own grows to 20 s: a database that is back would stay away that long for a webhook.
    backoff: (failures) => Math.min(0.5, failures / 10),
    ...(options.schemaName === undefined ? {} : { connection: { search_path: options.schemaName } }),
  });
  return { sql: client, db, close: () => client.end({ timeout: 5 }) };
}

/** The one clock that all processes share. */
export async function databaseNow(queries: Queries): Promise<Date> {
  const [row] = await queries.execute<{ ms: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  );
  if (row === undefined) throw new TypeError('a select returned no row');
  return new Date(row.ms);
}

/** How many migrations the database lacks. */
export async function missingMigrations({ sql: query }: Pick<Database, 'sql'>): Promise<number> {
  const [{ table } = { table: null }] = await query<{ table: string | null }[]>`
    select to_regclass('drizzle.__drizzle_migrations')::text as table`;
  const [{ lastMs } = { lastMs: 0 }] =
    table === null
      ? []
      : await query<{ lastMs: number }[]>`
          select coalesce(max(created_at), 0)::float8 as "lastMs" from drizzle.__drizzle_migrations`;
  return readMigrationFiles({ migrationsFolder: MIGRATIONS }).filter(
    ({ folderMillis }) => folderMillis > lastMs,
  ).length;
}

/**
 * Brings the database to the present schema; may be run again and by several at once.
 *
 * @throws DatabaseTooOld nothing is changed
 */
export async function migrateDatabase(url: string, schemaName?: string): Promise<void> {
  const database = openDatabase(url, {
    maxConnections: 1,
    ...(schemaName === undefined ? {} : { schemaName }),
  });
  try {
    await soundServerVersion(database.sql);
    // One migration at a time: the lock is the connection's and goes with it.
    await database.sql`select pg_advisory_lock(7278)`;
    await migrate(database.db, {
      migrationsFolder: MIGRATIONS,
      ...(schemaName === undefined ? {} : { migrationsSchema: schemaName }),
    });
  } finally {
    await database.close();
  }
}
