import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import type { Database } from '../db/database.ts';
import { ApiError } from './api-error.ts';
import { CALL_TIMEOUT_MS } from './client.ts';
import type { RateLimitHeaders } from './rate-limit-headers.ts';
import { type AccountLimits, type AccountState, decideNow, decidePublish, MAX_WAIT_MS } from './turns.ts';

/** A call that may start in `delayMs`, or why not, and in how long to ask again. `held`: nobody may publish. */
export type Turn =
  | { granted: true; callId: number; delayMs: number }
  | { granted: false; waitMs: number; why: string; held: boolean };

type Refusal = Extract<Turn, { granted: false }>;

/** The clock's time as SQL: the database's own, or a test's. */
export type TimeSource = (sql: Sql | TransactionSql) => PendingQuery<Row[]>;

const databaseTime: TimeSource = (sql) => sql`clock_timestamp()`;

/** A held account is asked after so often. */
export const PROBE_EVERY_MS = 180_000;
/** Publishes in a row that met a failing network or server before publishing is held. */
export const FAILURES_TO_HOLD = 5;
/** How long the account stays closed after a 429 that does not say. */
const DEFAULT_RETRY_AFTER_MS = 60_000;

interface Locked extends AccountState {
  lastPublishMs: number | null;
  failureStreak: number;
  heldReason: string | null;
  probeMs: number | null;
}

/** As a parameter: drizzle takes the driver's own handling of dates away. */
const at = (moment: number): string => new Date(moment).toISOString();

/**
 * The account's one clock, for every batch and worker: pace (a publish starts no earlier than the interval after the
 * last) and budget (calls of the window and downloads still owed never exceed the limit). Its table of calls is
 * limiter and record at once; each method is one short transaction behind the clock's row.
 */
export class AccountClock {
  private readonly sql: Sql;
  readonly limits: AccountLimits;
  private readonly time: TimeSource;

  constructor(database: Pick<Database, 'sql'>, limits: AccountLimits, time: TimeSource = databaseTime) {
    this.sql = database.sql;
    this.limits = limits;
    this.time = time;
  }

  /** A turn for a job's publish; a call is kept for the download that will follow it. */
  reservePublish(jobId: number): Promise<Turn> {
    return this.locked(async (tx, state) => {
      if (state.heldReason !== null) return heldRefusal(state);
      const decision = decidePublish(state, this.limits);
      if (!('atMs' in decision)) return refusal(state, decision);
      const turn = at(decision.atMs);
      const [call] = await tx<{ id: string }[]>`
        with clock as (update account_clock set last_turn_at = ${turn}),
             owing as (update jobs set owes_download = true where id = ${jobId})
        insert into calls (kind, job_id, started_at, expires_at)
        values ('publish', ${jobId}, ${turn}, ${this.expiry(decision.atMs)}) returning id`;
      return { granted: true, callId: Number(call?.id), delayMs: decision.atMs - state.nowMs };
    });
  }

  /**
   * The publish begins: its intent is written, its start stamped, no earlier than the interval after the last start.
   * To be sent after `delayMs`. Refused, and the turn given back, when the account was held or closed meanwhile, or
   * the job is no longer to be published.
   */
  begin(callId: number, jobId: number): Promise<Turn> {
    return this.locked(async (tx, state) => {
      const { nowMs, lastPublishMs, closedUntilMs } = state;
      const [call] = await tx<{ startMs: number }[]>`
        select (extract(epoch from calls.started_at) * 1000)::float8 as "startMs" from calls join jobs on jobs.id = calls.job_id
        where calls.id = ${callId} and calls.finished_at is null and jobs.state = 'pending'`;
      const paceMs = lastPublishMs === null ? nowMs : lastPublishMs + this.limits.publishIntervalMs;
      const startMs = Math.max(nowMs, call?.startMs ?? nowMs, paceMs);
      const open = state.heldReason === null && (closedUntilMs ?? 0) <= startMs;
      if (call === undefined || !open || startMs - nowMs > MAX_WAIT_MS) {
        await this.withdraw(tx, jobId, callId);
        return { granted: false, waitMs: 0, why: 'the turn was lost', held: false };
      }
      const start = at(startMs);
      await tx`
        with clock as (update account_clock set last_publish_at = ${start}, last_turn_at = greatest(last_turn_at, ${start})),
             job as (update jobs set state = 'publishing', intent_at = ${at(nowMs)} where id = ${jobId})
        update calls set started_at = ${start}, expires_at = ${this.expiry(startMs)} where id = ${callId}`;
      return { granted: true, callId, delayMs: startMs - nowMs };
    });
  }

  /** A turn that was not used, or every turn of a job: nothing was sent. */
  giveBack(jobId: number, callId: number | null = null): Promise<void> {
    return this.locked((tx) => this.withdraw(tx, jobId, callId));
  }

  /** A download: the call kept for a job's first one, else a free one. */
  reserveDownload(jobId: number): Promise<Turn> {
    return this.locked(async (tx, state) => {
      const [owing] = await tx`select 1 from jobs where id = ${jobId} and owes_download`;
      const turn = await this.startNow(tx, state, 'download', jobId, owing !== undefined);
      if (turn.granted) await tx`update jobs set owes_download = false where id = ${jobId} and owes_download`;
      return turn;
    });
  }

  /** A question beyond the two calls of a clean job: takes a free call, before publishes do. */
  reserveCheck(jobId: number): Promise<Turn> {
    return this.locked((tx, state) => this.startNow(tx, state, 'check', jobId, false));
  }

  /** The next probe of a held account, by one caller at a time; not granted before it is due. */
  reserveProbe(): Promise<Turn> {
    return this.locked(async (tx, state) => {
      if (state.heldReason !== null && (state.probeMs ?? 0) > state.nowMs) return heldRefusal(state);
      await tx`update account_clock set probe_at = ${at(state.nowMs + PROBE_EVERY_MS)}`;
      return this.startNow(tx, state, 'check', null, false);
    });
  }

  /**
   * A call came to its end, with what the answer said: it counts for one window from now on. A 429 closes the
   * account for everybody; 401, 402, 403 and the fifth outage in a row of publishes hold publishing.
   */
  async settle(callId: number, answer: { rateLimit: RateLimitHeaders } | ApiError): Promise<void> {
    await this.locked(async (tx, state) => {
      const error = answer instanceof ApiError ? answer : null;
      const now = at(state.nowMs);
      const leaves = at(state.nowMs + this.limits.callWindowMs);
      const httpStatus = error === null ? 200 : error.httpStatus;
      const [call] = await tx<{ kind: string }[]>`
        update calls set finished_at = ${now}, http_status = ${httpStatus}, expires_at = ${leaves}
        where id = ${callId} returning kind`;
      if (call?.kind === 'publish') await this.countFailure(tx, state, error);
      if (error?.code === 'API_UNAUTHORISED') await this.hold(tx, state, error.message);
      if (error?.code === 'API_RATE_LIMITED') await this.close(tx, state, error);
      else await this.countForeign(tx, state, answer.rateLimit, leaves);
    });
  }

  /** Opens a held account again. */
  async open(): Promise<void> {
    await this.sql`update account_clock
      set held_since = null, held_reason = null, probe_at = null, failure_streak = 0`;
  }

  private async startNow(
    tx: TransactionSql,
    state: Locked,
    kind: 'download' | 'check',
    jobId: number | null,
    owed: boolean,
  ): Promise<Turn> {
    const decision = decideNow(state, this.limits, owed);
    if (!('atMs' in decision)) {
      await tx`update account_clock set check_first_until = ${at(decision.askAgainMs + MAX_WAIT_MS)}`;
      return refusal(state, decision);
    }
    const [call] = await tx<{ id: string }[]>`
      with clock as (update account_clock set check_first_until = null where ${!owed})
      insert into calls (kind, job_id, started_at, expires_at)
      values (${kind}, ${jobId}, ${at(state.nowMs)}, ${this.expiry(state.nowMs)}) returning id`;
    return { granted: true, callId: Number(call?.id), delayMs: 0 };
  }

  private async withdraw(tx: TransactionSql, jobId: number, callId: number | null): Promise<void> {
    await tx`
      with gone as (delete from calls where job_id = ${jobId} and kind = 'publish' and finished_at is null
                    and (${callId}::bigint is null or id = ${callId}) returning job_id)
      update jobs set owes_download = false from gone where jobs.id = gone.job_id and jobs.state = 'pending'`;
    await tx`update account_clock set last_turn_at = greatest(last_publish_at,
      (select max(started_at) from calls where kind = 'publish' and finished_at is null and started_at > coalesce(last_publish_at, '-infinity')))`;
  }

  private async countFailure(tx: TransactionSql, state: Locked, error: ApiError | null): Promise<void> {
    const streak = error?.isOutage === true ? state.failureStreak + 1 : 0;
    if (streak !== state.failureStreak) await tx`update account_clock set failure_streak = ${streak}`;
    if (error !== null && streak >= FAILURES_TO_HOLD)
      await this.hold(tx, state, `${streak} failures in a row, the last: ${error.message}`);
  }

  private async hold(tx: TransactionSql, { nowMs }: Locked, reason: string): Promise<void> {
    await tx`update account_clock set held_since = coalesce(held_since, ${at(nowMs)}),
      held_reason = coalesce(held_reason, ${reason}), probe_at = ${at(nowMs + PROBE_EVERY_MS)}`;
  }

  private async close(tx: TransactionSql, { nowMs }: Locked, error: ApiError): Promise<void> {
    const untilMs = nowMs + (error.rateLimit?.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
    await tx`update account_clock set closed_until = greatest(closed_until, ${at(untilMs)}),
      closed_reason = '429 from the API'`;
  }

  /** What the API counts beyond our own calls was made by someone else: it takes their places in the budget. */
  private async countForeign(
    tx: TransactionSql,
    { nowMs }: Locked,
    rateLimit: RateLimitHeaders | null,
    leaves: string,
  ): Promise<void> {
    if (rateLimit?.budget == null) return;
    const used = rateLimit.budget.limit - rateLimit.budget.remaining;
    const now = at(nowMs);
    await tx`insert into calls (kind, started_at, finished_at, expires_at)
      select 'foreign', ${now}, ${now}, ${leaves} from generate_series(1, ${used} - (
        select count(*)::int from calls where expires_at > ${now} and started_at <= ${now}))`;
  }

  /** A call counts from its start; until it ends, as if it took all the time it may. */
  private expiry(startMs: number): string {
    return at(startMs + CALL_TIMEOUT_MS + this.limits.callWindowMs);
  }

  private locked<T>(work: (tx: TransactionSql, state: Locked) => Promise<T>): Promise<T> {
    return this.sql.begin(async (tx) => work(tx, await this.readLocked(tx))) as Promise<T>;
  }

  /** Takes the lock, then reads the time: read before it, the time would be that of the wait's beginning. */
  private async readLocked(tx: TransactionSql): Promise<Locked> {
    await tx`select from account_clock for update`;
    const [state] = await tx<(Locked & { seenMs: number | null })[]>`
      with time as materialized (select date_trunc('milliseconds', ${this.time(tx)}) as now),
           seen as (update account_clock set seen_at = greatest(seen_at, time.now) from time)
      select ${ms(tx, 'now')}, ${ms(tx, 'seen_at')}, ${ms(tx, 'last_turn_at')}, ${ms(tx, 'last_publish_at')},
        ${ms(tx, 'closed_until')}, ${ms(tx, 'check_first_until')}, ${ms(tx, 'probe_at')},
        closed_reason as "closedReason", failure_streak as "failureStreak", held_reason as "heldReason",
        (select count(*)::int from jobs where owes_download) as owed,
        array(select ${ms(tx, 'expires_at')} from calls where expires_at > time.now order by 1) as "expiriesMs"
      from time, account_clock`;
    if (state === undefined) throw new TypeError('the account clock has no row: run `tsuiseki migrate`');
    if ((state.seenMs ?? 0) > state.nowMs) return this.jumpedBack(tx, state.nowMs, state.seenMs ?? 0);
    return state;
  }

  /** The time stands before what it was: every moment moves back with it, as if no time had passed meanwhile. */
  private async jumpedBack(tx: TransactionSql, nowMs: number, seenMs: number): Promise<Locked> {
    const back = tx`${seenMs - nowMs} * interval '1 millisecond'`;
    await tx`update calls set expires_at = expires_at - ${back},
      started_at = case when finished_at is null then started_at - ${back} else started_at end
      where expires_at > ${at(nowMs)}`;
    await tx`update account_clock set seen_at = null, last_turn_at = last_turn_at - ${back},
      last_publish_at = last_publish_at - ${back}, closed_until = closed_until - ${back},
      check_first_until = check_first_until - ${back}, probe_at = probe_at - ${back}`;
    return this.readLocked(tx);
  }
}

/** `last_turn_at` as milliseconds, named `lastTurnMs`. */
function ms(tx: TransactionSql, column: string) {
  const name = `${column.replace(/_at$/, '')}_ms`.replaceAll(/_(\w)/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  return tx`(extract(epoch from ${tx(column)}) * 1000)::float8 as ${tx(name)}`;
}

function refusal(state: Locked, { askAgainMs, why }: { askAgainMs: number; why: string }): Refusal {
  return { granted: false, waitMs: Math.ceil(askAgainMs - state.nowMs), why, held: false };
}

function heldRefusal({ heldReason, probeMs, nowMs }: Locked): Refusal {
  return {
    granted: false,
    waitMs: Math.max(1_000, (probeMs ?? 0) - nowMs),
    why: heldReason ?? 'held',
    held: true,
  };
}
