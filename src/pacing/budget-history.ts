import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';

/** Calls that count at a moment, by whose they are; `kept` for downloads still to come. */
export interface BudgetPoint {
  at: string;
  publish: number;
  download: number;
  check: number;
  foreign: number;
  kept: number;
}

const PAST_MINUTES = 60;

/** A job that takes longer is not shown as kept for in the past; the present knows all. */
const LONGEST_JOB = sql`interval '2 hours'`;

/**
 * The account's budget over the last hour, a point a minute, and over the coming window as what counts now will leave it;
 * the present stands at the end of the one and the beginning of the other.
 */
export async function budgetHistory(
  queries: Queries,
  callWindowMs: number,
): Promise<{ past: BudgetPoint[]; ahead: BudgetPoint[] }> {
  const aheadMinutes = Math.ceil(callWindowMs / 60_000);
  const points = await queries.execute<Omit<BudgetPoint, 'at'> & { ms: number; minute: number }>(sql`
    with now as materialized (select clock_timestamp() as now),
    moments as (select minute, now + minute * interval '1 minute' as at
      from now, generate_series(${-PAST_MINUTES}::int, ${aheadMinutes}::int) minute),
    counting as materialized (select kind, started_at, expires_at from calls, now
      where expires_at > now - ${PAST_MINUTES}::int * interval '1 minute'),
    keeping as materialized (
      select p.started_at as since, coalesce(d.started_at,
          case when jobs.owes_download then 'infinity' else coalesce(jobs.finished_at, p.started_at) end) as until
      from now, calls p join jobs on jobs.id = p.job_id
      left join lateral (select started_at from calls d where d.job_id = p.job_id and d.kind = 'download'
        order by id limit 1) d on true
      where p.kind = 'publish' and p.started_at between now - ${LONGEST_JOB} and now),
    owed as materialized (select count(*)::int as now from jobs where owes_download)
    select minute, (extract(epoch from at) * 1000)::float8 as ms,
      count(*) filter (where kind = 'publish')::int as publish, count(*) filter (where kind = 'download')::int as download,
      count(*) filter (where kind = 'check')::int as check, count(*) filter (where kind = 'foreign')::int as foreign,
      case when minute < 0 then (select count(*)::int from keeping where since <= at and until > at)
        else (select owed.now from owed) end as kept
    from moments left join counting on started_at <= at and expires_at > at
    group by minute, at order by minute`);
  const told = points.map(({ minute, ms, publish, download, check, foreign, kept }) => ({
    minute,
    point: { at: new Date(ms).toISOString(), publish, download, check, foreign, kept },
  }));
  return {
    past: told.flatMap(({ minute, point }) => (minute <= 0 ? [point] : [])),
    ahead: told.flatMap(({ minute, point }) => (minute >= 0 ? [point] : [])),
  };
}
