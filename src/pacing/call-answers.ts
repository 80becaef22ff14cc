import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { ApiError } from '../webscraper/api-error.ts';
import type { RateLimitHeaders } from '../webscraper/rate-limit-headers.ts';
import { at } from './account-state.ts';
import type { ClockState, TimeSource } from './account-state.ts';
import type { AccountLimits } from './account-turns.ts';

/** A call that came to its end, and what the answer said; a publish may have been sent `lateMs` after its start stamp. */
export interface CallEnd {
  callId: number;
  answer: { rateLimit: RateLimitHeaders } | ApiError;
  lateMs: number;
}

/** One that came through, its start stamp as it is. */
export interface CleanEnd {
  callId: number;
  rateLimit: RateLimitHeaders;
}

/** A held account is asked after so often. */
export const PROBE_EVERY_MS = 180_000;
/** Publishes in a row that met a failing network or server before publishing is held. */
export const FAILURES_TO_HOLD = 5;
/** How long the account stays closed after a 429 that does not say. */
const DEFAULT_RETRY_AFTER_MS = 60_000;

/**
 * Calls that came through and say nothing new of the account move none but themselves: without the clock's lock, which
 * every start waits for. False: it does say something, and nothing was done.
 */
export async function takeCleanAnswers(
  sql: Sql,
  limits: AccountLimits,
  time: TimeSource,
  ends: readonly CleanEnd[],
): Promise<boolean[]> {
  const used = ends.map(({ callId, rateLimit: { budget } }) => ({
    id: callId,
    used: budget === null ? 0 : limits.callLimit - budget.remaining,
  }));
  // Named a second time, for the planner: of the joined list it expects so many that it goes through all calls.
  const list = `{${used.map(({ id }) => id).join(',')}}`;
  const taken = await sql<{ id: number }[]>`
    with time as materialized (select date_trunc('milliseconds', ${time(sql)}) as now,
      set_config('synchronous_commit', 'off', true))
    update calls set finished_at = now, http_status = 200,
      expires_at = now + ${limits.callWindowMs}::int * interval '1 millisecond'
    from time, account_clock, jsonb_to_recordset(${JSON.stringify(used)}::text::jsonb) as said(id bigint, used int)
    where calls.id = said.id and calls.id = any(${list}::bigint[])
      and (kind <> 'publish' or failure_streak = 0) and (seen_at is null or seen_at <= now)
      and said.used <= ${counted(sql, sql`calls.started_at`, sql`now`)} returning calls.id::float8 as id`;
  const ids = new Set(taken.map(({ id }) => id));
  return ends.map(({ callId }) => ids.has(callId));
}

/**
 * Behind the clock's lock. A 429 closes the account for everybody; 401, 402, 403 and the fifth outage in a row of
 * publishes hold publishing. A publish that was sent late moves its start stamp, and the next start with it.
 */
export async function takeAnswer(
  tx: TransactionSql,
  state: ClockState,
  limits: AccountLimits,
  { callId, answer, lateMs }: CallEnd,
): Promise<void> {
  const error = answer instanceof ApiError ? answer : null;
  const httpStatus = error === null ? 200 : error.httpStatus;
  const [call] = await tx<{ kind: string; startMs: number }[]>`
    update calls set finished_at = ${at(state.nowMs)}, http_status = ${httpStatus},
      expires_at = ${at(state.nowMs + limits.callWindowMs)},
      started_at = started_at + ${Math.round(lateMs)} * interval '1 millisecond'
    where id = ${callId} returning kind, (extract(epoch from started_at) * 1000)::float8 as "startMs"`;
  if (call?.kind === 'publish') await countFailure(tx, state, error);
  if (call !== undefined && lateMs > 0)
    await tx`update account_clock set last_publish_at = greatest(last_publish_at, ${at(call.startMs)})`;
  if (error?.code === 'API_UNAUTHORISED') await hold(tx, state, error.message);
  if (error?.code === 'API_RATE_LIMITED') await close(tx, state, error);
  else await countForeign(tx, state, limits, answer.rateLimit, call?.startMs ?? state.nowMs);
}

async function countFailure(tx: TransactionSql, state: ClockState, error: ApiError | null): Promise<void> {
  const streak = error?.isOutage === true ? state.failureStreak + 1 : 0;
  if (streak !== state.failureStreak) await tx`update account_clock set failure_streak = ${streak}`;
  if (error !== null && streak >= FAILURES_TO_HOLD)
    await hold(tx, state, `${streak} failures in a row, the last: ${error.message}`);
}

async function hold(tx: TransactionSql, { nowMs }: ClockState, reason: string): Promise<void> {
  await tx`update account_clock set held_since = coalesce(held_since, ${at(nowMs)}),
    held_reason = coalesce(held_reason, ${reason}), probe_at = ${at(nowMs + PROBE_EVERY_MS)}`;
}

async function close(tx: TransactionSql, { nowMs }: ClockState, error: ApiError): Promise<void> {
  const untilMs = nowMs + (error.rateLimit?.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
  await tx`update account_clock set closed_until = greatest(closed_until, ${at(untilMs)}),
    closed_reason = '429 from the API'`;
}

/**
 * What remains by the API's count less than by ours was used by someone else: it takes places in the budget. Ours
 * are all that the API may still have counted when the call came in, at its start or any time after.
 */
async function countForeign(
  tx: TransactionSql,
  { nowMs }: ClockState,
  limits: AccountLimits,
  rateLimit: RateLimitHeaders | null,
  callStartMs: number,
): Promise<void> {
  if (rateLimit?.budget == null) return;
  const used = limits.callLimit - rateLimit.budget.remaining;
  const [now, leaves] = [at(nowMs), at(nowMs + limits.callWindowMs)];
  await tx`insert into calls (kind, started_at, finished_at, expires_at)
    select 'foreign', ${now}, ${now}, ${leaves}
    from generate_series(1, ${used} - ${counted(tx, tx`${at(callStartMs)}`, tx`${now}`)})`;
}

/** Calls of ours that the API may have counted between two moments. */
function counted(sql: Sql | TransactionSql, since: PendingQuery<Row[]>, until: PendingQuery<Row[]>) {
  return sql`(select count(*)::int from calls ours where ours.expires_at > ${since}
    and ours.expires_at < 'infinity' and ours.started_at <= ${until})`;
}
