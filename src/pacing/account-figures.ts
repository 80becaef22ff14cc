import { sql } from 'drizzle-orm';
import { askForecastMs, forecastMs, publishTimes, TYPICAL_ASK_MS, TYPICAL_JOB_MS } from './forecast.ts';
import type { PublishTimes } from './forecast.ts';
import { closedText, usedText } from './account-turns.ts';
import type { AccountLimits } from './account-turns.ts';
import { batchFigures } from '../db/batch-figures.ts';
import type { BatchFigures } from '../db/batch-figures.ts';
import type { Queries } from '../db/database.ts';
import { HELD_REASON } from '../db/installation.ts';
import { TRACKING_TASKS } from '../tasks/registry.ts';

/** The account as people see it, and what a forecast needs. */
export interface Account {
  /** When it was read, by this process's clock. */
  readAtMs: number;
  /** When each counted call leaves the budget, ascending, in milliseconds from now. */
  expiriesMs: readonly number[];
  /** Downloads that will follow publishes already made. */
  owed: number;
  /** Nobody knows when it opens. */
  isHeld: boolean;
  /** Why nothing is published just now: closed by a 429, held, or no call free; null: open. */
  notice: string | null;
  /** Jobs of each running batch that wait to be published. */
  pending: ReadonlyMap<string, number>;
  /** How long the latest scraping jobs took. */
  jobMs: number;
  /** Requests that each running batch has still to make to a carrier directly. */
  asking: ReadonlyMap<string, number>;
  /** How long the latest such requests took, each with its pause. */
  askMs: number;
  startOf: PublishTimes;
}

const NOTHING_CALLED = {
  expiriesMs: [],
  owed: 0,
  isHeld: false,
  notice: null,
  pending: new Map(),
  jobMs: TYPICAL_JOB_MS,
  asking: new Map(),
  askMs: TYPICAL_ASK_MS,
};

/** As if nothing had been called and nothing ran. */
export function openAccount(limits: AccountLimits): Account {
  return { ...NOTHING_CALLED, readAtMs: Date.now(), startOf: publishTimes(NOTHING_CALLED, limits) };
}

/** A batch's time left is reckoned anew after so long: the account and all other batches are read for it. */
export const FORECAST_EVERY_MS = 10_000;

const CARRIER_TASKS: ReadonlySet<string> = new Set(
  TRACKING_TASKS.flatMap(({ name, lookup }) => (lookup.by === 'carrier' ? [name] : [])),
);

/** Latest jobs and requests whose time is averaged. */
const JOBS_AVERAGED = 100;

interface AccountRow extends Record<string, unknown> {
  nowMs: number;
  expiriesMs: number[];
  owed: number;
  closedMs: number | null;
  closedReason: string | null;
  heldReason: string | null;
  jobMs: number | null;
  askMs: number | null;
}

function noticeOf(row: AccountRow, { callLimit }: AccountLimits): string | null {
  if (row.heldReason !== null) return `publishing is held: ${row.heldReason}`;
  if (row.closedMs !== null) return closedText(row.closedMs, row.closedReason);
  const toLeave = row.expiriesMs.length + row.owed + 2 - callLimit;
  const freeMs = row.expiriesMs[toLeave - 1];
  return toLeave > 0 ? usedText(callLimit, freeMs === undefined ? null : row.nowMs + freeMs) : null;
}

export async function readAccount(queries: Queries, limits: AccountLimits): Promise<Account> {
  const [row] = await queries.execute<AccountRow>(sql`
    with time as materialized (select clock_timestamp() as now)
    select (extract(epoch from now) * 1000)::float8 as "nowMs",
           array(select (extract(epoch from expires_at - now) * 1000)::float8 from calls
                 where expires_at > now order by 1) as "expiriesMs",
           (select count(*)::int from jobs where owes_download) as owed,
           (extract(epoch from case when closed_until > now then closed_until end) * 1000)::float8 as "closedMs",
           closed_reason as "closedReason", ${sql.raw(HELD_REASON)} as "heldReason",
           (select avg(extract(epoch from finished_at - published_at) * 1000)::float8 from (
             select finished_at, published_at from jobs where state = 'completed' and carrier is null
             order by id desc limit ${JOBS_AVERAGED}) latest) as "jobMs",
           (select avg(answer_ms + pause_ms)::float8 from (
             select answer_ms, pause_ms from carrier_requests order by id desc limit ${JOBS_AVERAGED}) latest) as "askMs"
    from time, account_clock`);
  if (row === undefined) throw new TypeError('the account clock has no row: run `tsuiseki migrate`');
  const pending = await queries.execute<{ id: string; task: string; jobs: number }>(sql`
    select id, task, pending_jobs as jobs from batches join batch_figures on batch_id = id
    where finished_at is null and not is_round and pending_jobs > 0`);
  const jobsOf = (direct: boolean) =>
    new Map(
      pending.flatMap(({ id, task, jobs }) => (CARRIER_TASKS.has(task) === direct ? [[id, jobs]] : [])),
    );
  const { expiriesMs, owed } = row;
  const jobMs = row.jobMs ?? TYPICAL_JOB_MS;
  return {
    readAtMs: Date.now(),
    expiriesMs,
    owed,
    notice: noticeOf(row, limits),
    isHeld: row.heldReason !== null,
    pending: jobsOf(false),
    jobMs,
    asking: jobsOf(true),
    askMs: row.askMs ?? TYPICAL_ASK_MS,
    startOf: publishTimes({ expiriesMs, owed, jobMs }, limits),
  };
}

/** How long until so many jobs of a batch have their results, given all that runs beside it. */
export function forecastOf(account: Account, batchId: string | null, jobs: number): number {
  const { jobMs, pending, startOf } = account;
  return forecastMs({ jobs, jobMs, others: othersOf(pending, batchId) }, startOf);
}

function othersOf(jobs: ReadonlyMap<string, number>, batchId: string | null): number[] {
  return [...jobs].flatMap(([other, n]) => (other === batchId ? [] : [n]));
}

/** How long until a running batch's last result, whichever way it asks. */
export function timeLeft(account: Account, batchId: string): number {
  const requests = account.asking.get(batchId) ?? 0;
  if (requests > 0) return askForecastMs(requests, othersOf(account.asking, batchId), account.askMs);
  const jobs = account.pending.get(batchId) ?? 0;
  return jobs > 0 ? forecastOf(account, batchId, jobs) : account.jobMs;
}

/** A batch's figures with the time left. */
export async function figuresWithForecast(
  queries: Queries,
  batchId: string,
  limits: AccountLimits,
): Promise<BatchFigures> {
  const figures = await batchFigures(queries, batchId);
  const account = await readAccount(queries, limits);
  return { ...figures, leftMs: timeLeft(account, batchId) };
}
