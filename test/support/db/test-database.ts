import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { migrateDatabase, openDatabase } from '../../../src/db/database.ts';
import type { Database } from '../../../src/db/database.ts';

export interface TestDatabase {
  database: Database;
  /** Without the schema: for `openDatabase`, along with `schemaName`. */
  url: string;
  schemaName: string;
  /** Closes it, and removes the schema with all that is in it. */
  drop: () => Promise<void>;
}

/** A schema of its own on the tests' Postgres, migrated. */
export async function testDatabase(): Promise<TestDatabase> {
  const url = inject('databaseUrl');
  const schemaName = `test_${randomBytes(6).toString('hex')}`;
  await migrateDatabase(url, schemaName);
  const database = openDatabase(url, { schemaName, maxConnections: 5 });
  const drop = async () => {
    await database.sql`drop schema ${database.sql(schemaName)} cascade`;
    await database.close();
  };
  return { database, url, schemaName, drop };
}

/** A whole database, migrated: for programs that take a URL and no schema. */
export async function ownDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const database = await emptyDatabase();
  await migrateDatabase(database.url);
  return database;
}

/** A whole database with nothing in it. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = openDatabase(inject('databaseUrl'), { maxConnections: 1 });
  const name = `test_${randomBytes(6).toString('hex')}`;
  await server.sql`create database ${server.sql(name)}`;
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${name}`;
  const drop = async () => {
    await server.sql`drop database ${server.sql(name)} with (force)`;
    await server.close();
  };
  return { url: url.href, drop };
}
