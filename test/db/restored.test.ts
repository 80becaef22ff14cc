import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { migrateDatabase, openDatabase } from '../../src/db/database.ts';
import { beginDoubt, endDoubt, isRestored } from '../../src/db/installation.ts';
import { needs } from '../support/component.ts';
import { missingPostgres, startSystemPostgres } from '../support/db/system-postgres.ts';
import type { SystemPostgres } from '../support/db/system-postgres.ts';

needs(missingPostgres)('which databases were restored', () => {
  let server: SystemPostgres;
  let dump: string;
  beforeAll(async () => {
    server = await startSystemPostgres();
    dump = join(server.folder, 'dump');
    await migrateDatabase(server.url);
  });
  afterAll(() => server.remove());

  /** As told by a role of that name. */
  async function restored(user = 'tsuiseki'): Promise<boolean> {
    const { db, close } = openDatabase(server.url.replace('tsuiseki@', `${user}@`), { maxConnections: 1 });
    const told = await isRestored(db);
    await close();
    return told;
  }

  async function makeGood(): Promise<void> {
    const { db, close } = openDatabase(server.url, { maxConnections: 1 });
    await beginDoubt(db);
    expect(await isRestored(db)).toBe(true);
    await endDoubt(db);
    expect(await isRestored(db)).toBe(false);
    await close();
  }

  it('not one that was migrated again, whose server was started again, or that a lesser role asks', async () => {
    await migrateDatabase(server.url);
    expect(await restored()).toBe(false);
    server.stop();
    server.start('data');
    expect(await restored()).toBe(false);
    const { sql, close } = openDatabase(server.url, { maxConnections: 1 });
    await sql`create role lesser login`;
    await sql`grant select on installation to lesser`;
    await close();
    expect(await restored('lesser')).toBe(false);
  });

  it('one from pg_dump, put back in the place of its own', async () => {
    server.tool('pg_dump', '--format', 'custom', '--file', dump, 'tsuiseki');
    server.tool('pg_restore', '--clean', '--if-exists', '--dbname', 'tsuiseki', dump);
    expect(await restored()).toBe(true);
    await makeGood();
  });

  it('one from pg_dump, in a new database of the same name', async () => {
    server.tool('pg_dump', '--format', 'custom', '--file', dump, 'tsuiseki');
    server.tool('dropdb', 'tsuiseki');
    server.tool('createdb', 'tsuiseki');
    server.tool('pg_restore', '--dbname', 'tsuiseki', dump);
    expect(await restored()).toBe(true);
    await makeGood();
  });

  it('one whose folder was copied back', async () => {
    server.stop();
    server.copyFolder('data', 'copy');
    server.start('copy');
    expect(await restored()).toBe(true);
    await makeGood();
  });

  it('one recovered to a moment: its server goes on in a new timeline', async () => {
    const { sql, close } = openDatabase(server.url, { maxConnections: 1 });
    // As if the folder were the same: a recovery in place.
    await sql`update installation set identity[5] = null`;
    await close();
    server.stop();
    server.recover('copy');
    server.start('copy');
    // Until the recovery is over nobody can write, and the timeline is not told.
    await vi.waitFor(async () => expect(await restored()).toBe(true), { timeout: 30_000 });
    await makeGood();
  });
});
