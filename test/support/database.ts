import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, migrateDatabase, openDatabase } from '../../src/db/database.ts';

export interface TestDatabase {
  database: Database;
  url: string;
  schemaName: string;
  drop(): Promise<void>;
}

/** A migrated schema of its own on the Postgres of all tests. */
export async function testDatabase(): Promise<TestDatabase> {
  const url = inject('databaseUrl');
  const schemaName = `test_${randomUUID().replaceAll('-', '')}`;
  const database = openDatabase(url, { schemaName });
  await database.sql`create schema ${database.sql(schemaName)}`;
  await migrateDatabase(url, schemaName);
  return {
    database,
    url,
    schemaName,
    async drop() {
      await database.sql`drop schema ${database.sql(schemaName)} cascade`;
      await database.close();
    },
  };
}
