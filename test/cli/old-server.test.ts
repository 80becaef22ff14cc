import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { workplace } from '../support/cli/workplace.ts';
import { ownDatabase } from '../support/db/test-database.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;

/** As PostgreSQL 11.22 tells its version: a function of that name is found before the server's own. */
beforeAll(async () => {
  own = await ownDatabase();
  const { sql, close } = openDatabase(own.url, { maxConnections: 1 });
  await sql`create schema old`;
  await sql`create function old.current_setting(name text) returns text language sql as
    $$select case name when 'server_version_num' then '110022' when 'server_version' then '11.22' end$$`;
  await sql.unsafe(
    `alter database "${new URL(own.url).pathname.slice(1)}" set search_path = old, pg_catalog, public`,
  );
  await close();
});
afterAll(async () => {
  await own.drop();
  place.remove();
});

const TOO_OLD =
  'the database server is PostgreSQL 11.22, 12 or later is needed: upgrade it by pg_upgrade, or pg_dump from it into a newer one and set DATABASE_URL to that';

it('migrate says in one line that the server is too old, and what to do', async () => {
  const { code, out, err } = await place.run(['migrate'], { DATABASE_URL: own.url });
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: `${TOO_OLD}\n` });
});

it('doctor says so too', async () => {
  const { code, out } = await place.run(['doctor', '--json'], { DATABASE_URL: own.url });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toContainEqual({ check: 'database', ok: false, details: TOO_OLD });
});
