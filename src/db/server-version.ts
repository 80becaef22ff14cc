import type { Sql } from 'postgres';
import { TsuisekiError } from '../errors.ts';

/** `DATABASE_TOO_OLD`: the server is none that migrations and queries run on. */
export class DatabaseTooOld extends TsuisekiError<'DATABASE_TOO_OLD'> {}

/** Generated columns, and queries that are read once (`as materialized`): the tests pass on 12.22, 11 has neither. */
const OLDEST_MAJOR = 12;

/** The server's version, as it tells it. Throws {@link DatabaseTooOld}. */
export async function soundServerVersion(sql: Sql): Promise<string> {
  const [found] = await sql<{ version: string; number: number }[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number`;
  if (found === undefined) throw new TypeError('a select returned no row');
  if (found.number >= OLDEST_MAJOR * 10_000) return found.version;
  throw new DatabaseTooOld(
    'DATABASE_TOO_OLD',
    `the database server is PostgreSQL ${found.version}, ${OLDEST_MAJOR} or later is needed: upgrade it by pg_upgrade, or pg_dump from it into a newer one and set DATABASE_URL to that`,
  );
}
