import { eq, isNotNull, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { fileServers } from './file-schema.ts';

/** Nextcloud counts failed logins of half an hour against everybody behind our address. */
const LOOK_EVERY = sql`interval '30 minutes'`;
/** Several people, or a script, may resume many batches at once: one look serves them all. */
const LOOK_APART = sql`interval '10 seconds'`;
const NOW = sql`clock_timestamp()`;

/** Whether a request may go to the file server, and why not. */
export type Entry =
  /** `look`: its login was refused before; this request alone, of everybody's, finds out whether it still is. */
  | { enters: true; look: boolean }
  /** The server asked, by this status, to be left alone. */
  | { enters: false; until: Date; status: number }
  /** The login is refused, and is tried again then. */
  | { enters: false; until: Date; status: null };

interface Row extends Record<string, unknown> {
  looks: boolean;
  closedUntilMs: number | null;
  closedStatus: number | null;
  lookAtMs: number | null;
}

/** Asks whether a request with this login may go out now. Whoever is given the look has to go. */
export async function enterFileServer(queries: Queries, login: string): Promise<Entry> {
  const [found] = await queries.execute<Row>(sql`
    with look as (
      update file_servers set look_at = ${NOW} + ${LOOK_EVERY}, looked_at = ${NOW}
      where login = ${login} and look_at <= ${NOW} and coalesce(closed_until <= ${NOW}, true) returning login)
    select exists (select from look) as looks, closed_status as "closedStatus",
      case when closed_until > ${NOW} then (extract(epoch from closed_until) * 1000)::float8 end as "closedUntilMs",
      (extract(epoch from case when look_at <= ${NOW} then ${NOW} + ${LOOK_EVERY} else look_at end) * 1000)::float8 as "lookAtMs"
    from file_servers where login = ${login}`);
  if (found === undefined) return { enters: true, look: false };
  const { looks, closedUntilMs, closedStatus, lookAtMs } = found;
  if (closedUntilMs !== null)
    return { enters: false, until: new Date(closedUntilMs), status: closedStatus ?? 0 };
  if (lookAtMs === null || looks) return { enters: true, look: looks };
  return { enters: false, until: new Date(lookAtMs), status: null };
}

/** The login was refused: nobody uses it until the moment given back, or {@link lookNow}. */
export async function refuseLogin(queries: Queries, login: string): Promise<Date> {
  const refused = { lookAt: sql`${NOW} + ${LOOK_EVERY}`, lookedAt: NOW };
  const [{ lookAt } = { lookAt: null }] = await queries
    .insert(fileServers)
    .values({ login, ...refused })
    .onConflictDoUpdate({ target: fileServers.login, set: refused })
    .returning({ lookAt: fileServers.lookAt });
  if (lookAt === null) throw new TypeError('an insert returned no row');
  return lookAt;
}

/** The server is to be left alone for so long; the later of two ends holds, and is given back. */
export async function closeFileServer(
  queries: Queries,
  login: string,
  { forMs, status }: { forMs: number; status: number },
): Promise<Date> {
  const until = sql`${NOW} + ${forMs}::float8 * interval '1 millisecond'`;
  const [{ closedUntil } = { closedUntil: null }] = await queries
    .insert(fileServers)
    .values({ login, closedUntil: until, closedStatus: status })
    .onConflictDoUpdate({
      target: fileServers.login,
      set: { closedUntil: sql`greatest(${fileServers.closedUntil}, ${until})`, closedStatus: status },
    })
    .returning({ closedUntil: fileServers.closedUntil });
  if (closedUntil === null) throw new TypeError('an insert returned no row');
  return closedUntil;
}

/** The login is taken again. */
export async function openFileServer(queries: Queries, login: string): Promise<void> {
  await queries.delete(fileServers).where(eq(fileServers.login, login));
}

/** Whoever uses a login that was refused next looks whether it still is, for everybody: a person says so. */
export async function lookNow(queries: Queries): Promise<void> {
  await queries
    .update(fileServers)
    .set({
      lookAt: sql`least(${fileServers.lookAt}, greatest(${NOW}, ${fileServers.lookedAt} + ${LOOK_APART}))`,
    })
    .where(isNotNull(fileServers.lookAt));
}
