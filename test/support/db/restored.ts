import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import type { Database } from '../../../src/db/database.ts';
import { ownDatabase } from './test-database.ts';

/** A database, a copy of it as a backup has it, and the copy as the restored database. */
export interface Backed {
  url: string;
  database: Database;
  /** Copies it as it is now. Nobody else may be connected. */
  backUp(): Promise<void>;
  /** The backup in the place of the database: what happened since is not in it. */
  restore(): Promise<{ url: string; database: Database }>;
  drop(): Promise<void>;
}

export async function backedDatabase(): Promise<Backed> {
  const own = await ownDatabase();
  const server = openDatabase(inject('databaseUrl'), { maxConnections: 1 });
  const name = new URL(own.url).pathname.slice(1);
  const copy = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(own.url);
  url.pathname = `/${copy}`;
  const opened: Database[] = [];
  const open = (which: string) => {
    const database = openDatabase(which, { maxConnections: 4 });
    opened.push(database);
    return database;
  };
  const backed: Backed = {
    url: own.url,
    database: open(own.url),
    async backUp() {
      await backed.database.close();
      await server.sql`create database ${server.sql(copy)} template ${server.sql(name)}`;
      backed.database = open(own.url);
    },
    async restore() {
      return { url: url.href, database: open(url.href) };
    },
    async drop() {
      for (const database of opened) await database.close();
      await server.sql`drop database if exists ${server.sql(copy)} with (force)`;
      await server.close();
      await own.drop();
    },
  };
  return backed;
}
