import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { HELD_REASON } from '../db/installation.ts';

/** The account's budget as it stands. */
export interface BudgetFigures {
  /** Calls that count just now, by kind; `foreign`: somebody else's with the same account. */
  calls: { kind: string; count: number }[];
  /** Downloads still to follow publishes that were made. */
  owed: number;
  /** Until the account opens by itself, in seconds; 0: it is open. */
  closedS: number;
  /** A person, or a probe, has to open it. */
  held: boolean;
}

export async function budgetFigures(queries: Queries): Promise<BudgetFigures> {
  const calls = await queries.execute<{ kind: string; count: number }>(sql`
    select kind, count(*)::int as count from calls where expires_at > clock_timestamp() group by kind`);
  const [clock] = await queries.execute<Omit<BudgetFigures, 'calls'> & Record<string, unknown>>(sql`
    select (select count(*)::int from jobs where owes_download) as owed,
           coalesce(greatest(0, extract(epoch from closed_until - clock_timestamp())), 0)::float8 as "closedS",
           (${sql.raw(HELD_REASON)}) is not null as held
    from account_clock`);
  if (clock === undefined) throw new TypeError('the account clock has no row: run `tsuiseki migrate`');
  return { calls, ...clock };
}

/** Statuses after which the job stays in its place: nothing was taken, nothing has failed. */
const REFUSED = sql`http_status in (401, 402, 403, 429)`;

/** What came of calls and requests that began within the hour. */
export interface LatelyAsked {
  publishes: { outcome: 'taken' | 'refused' | 'failed'; count: number }[];
  carriers: { carrier: string; outcome: 'answered' | 'failed'; count: number }[];
}

export async function askedLately(queries: Queries): Promise<LatelyAsked> {
  return {
    publishes: await queries.execute<LatelyAsked['publishes'][number]>(sql`
      select case when http_status = 200 then 'taken' when ${REFUSED} then 'refused' else 'failed' end as outcome,
             count(*)::int as count
      from calls where kind = 'publish' and finished_at is not null
        and started_at > clock_timestamp() - interval '1 hour' group by 1`),
    carriers: await queries.execute<LatelyAsked['carriers'][number]>(sql`
      select carrier, case when error is null then 'answered' else 'failed' end as outcome, count(*)::int as count
      from carrier_requests where finished_at is not null
        and started_at > clock_timestamp() - interval '1 hour' group by 1, 2`),
  };
}
