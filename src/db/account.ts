import { sql } from 'drizzle-orm';
import { forecastMs, TYPICAL_JOB_MS } from '../webscraper/forecast.ts';
import { type AccountLimits, closedText } from '../webscraper/turns.ts';
import { batchFigures, type BatchFigures } from './counts.ts';
import type { Queries } from './database.ts';

/** The account as people see it, and what a forecast needs. */
export interface Account {
  /** Calls of the budget used or kept now. */
  used: number;
  /** `closed until 14:05:10 UTC, 429 from the API`, or why publishing is held; null: open. */
  notice: string | null;
  /** Jobs of each running batch that wait to be published. */
  pending: ReadonlyMap<string, number>;
  /** How long the latest scraping jobs took. */
  jobMs: number;
}

/** Latest jobs whose time is averaged. */
const JOBS_AVERAGED = 100;

export async function readAccount(queries: Queries): Promise<Account> {
  const [account] = await queries.execute<{
    used: number;
    closedMs: number | null;
    closedReason: string | null;
    heldReason: string | null;
    jobMs: number | null;
  }>(sql`
    select (select count(*)::int from calls where expires_at > clock_timestamp())
           + (select count(*)::int from jobs where owes_download) as used,
           (extract(epoch from case when closed_until > clock_timestamp() then closed_until end) * 1000)::float8
             as "closedMs",
           closed_reason as "closedReason", held_reason as "heldReason",
           (select avg(extract(epoch from finished_at - published_at) * 1000)::float8 from (
             select finished_at, published_at from jobs where state = 'completed' order by id desc
             limit ${JOBS_AVERAGED}) latest) as "jobMs"
    from account_clock`);
  const pending = await queries.execute<{ batchId: string; n: number }>(sql`
    select batch_id as "batchId", count(*)::int as n from jobs join batches on batches.id = jobs.batch_id
    where jobs.state = 'pending' and batches.finished_at is null group by batch_id`);
  const closed = account?.closedMs == null ? null : closedText(account.closedMs, account.closedReason);
  return {
    used: account?.used ?? 0,
    notice: account?.heldReason == null ? closed : `publishing is held: ${account.heldReason}`,
    pending: new Map(pending.map(({ batchId, n }) => [batchId, n])),
    jobMs: account?.jobMs ?? TYPICAL_JOB_MS,
  };
}

/** How long until so many jobs of a batch have their results, given all that runs beside it. */
export function forecastOf(
  account: Account,
  limits: AccountLimits,
  batchId: string | null,
  jobs: number,
): number {
  const others = [...account.pending].flatMap(([other, n]) => (other === batchId ? [] : [n]));
  return forecastMs({ jobs, others, used: account.used, jobMs: account.jobMs }, limits);
}

/** A batch's figures with the time left. */
export async function figuresWithForecast(
  queries: Queries,
  batchId: string,
  limits: AccountLimits,
): Promise<BatchFigures> {
  const figures = await batchFigures(queries, batchId);
  const account = await readAccount(queries);
  const jobs = account.pending.get(batchId) ?? 0;
  const leftMs = jobs > 0 ? forecastOf(account, limits, batchId, jobs) : account.jobMs;
  return { ...figures, leftMs };
}
