import type { Sql, TransactionSql } from 'postgres';
import type { Database } from '../db/database.ts';
import { ApiError } from '../webscraper/api-error.ts';
import { CALL_TIMEOUT_MS } from '../webscraper/client.ts';
import { at, databaseTime, isRestoredHold, readLocked } from './account-state.ts';
import type { ClockState, TimeSource } from './account-state.ts';
import type { RateLimitHeaders } from '../webscraper/rate-limit-headers.ts';
import { Grouped } from '../db/grouped.ts';
import { TASK_IS_HELD } from '../db/task-drift.ts';
import { PROBE_EVERY_MS, takeAnswer, takeCleanAnswers } from './call-answers.ts';
import type { CleanEnd } from './call-answers.ts';
import { decideNow, decidePublish, MAX_WAIT_MS } from './account-turns.ts';
import type { AccountLimits } from './account-turns.ts';

export type { TimeSource } from './account-state.ts';

/** A call that may start in `delayMs`, or why not, and in how long to ask again. `held`: nobody may publish. */
export type Turn =
  | { granted: true; callId: number; delayMs: number }
  | { granted: false; waitMs: number; why: string; held: boolean };

type Refusal = Extract<Turn, { granted: false }>;

/** What the end of the database server may take back: `nothing`, or `this`, written in its last half second. */
type Loses = 'nothing' | 'this';

const NOT_PENDING: Refusal = { granted: false, waitMs: 0, why: 'the job is not pending', held: false };

/** What is asked of spare budget leaves so much of the calls to batches that begin meanwhile. */
const SPARE_ABOVE = 0.75;

/** Statuses that refuse a login, or want it paid. */
const REFUSED: ReadonlySet<number> = new Set([401, 402, 403]);

/**
 * The account's one clock, for every batch and worker: pace (a publish starts no earlier than the interval after the
 * last) and budget (calls of the window and downloads still owed never exceed the limit). Its table of calls is
 * limiter and record at once; each method is one short transaction behind the clock's lock.
 */
export class AccountClock {
  readonly #sql: Sql;
  readonly limits: AccountLimits;
  readonly #time: TimeSource;
  readonly #downloads = new Grouped((jobIds: readonly number[]) => this.#reserveDownloads(jobIds));
  readonly #cleanAnswers = new Grouped((ends: readonly CleanEnd[]) =>
    takeCleanAnswers(this.#sql, this.limits, this.#time, ends),
  );

  constructor(database: Pick<Database, 'sql'>, limits: AccountLimits, time: TimeSource = databaseTime) {
    this.#sql = database.sql;
    this.limits = limits;
    this.#time = time;
  }

  /**
   * A turn for a job's publish; a call is kept for the download that will follow it. `isSpare`: only while most calls of the
   * window are free.
   */
  reservePublish(jobId: number, isSpare = false): Promise<Turn> {
    return this.#locked('this', async (tx, state) => {
      if (state.heldReason !== null) return heldRefusal(state);
      if (isSpare && state.free < this.limits.callLimit * SPARE_ABOVE) return this.#notSpare();
      const decision = decidePublish(state, this.limits);
      if (!('atMs' in decision)) return refusal(state, decision);
      const turn = at(decision.atMs);
      const [call] = await tx<{ id: string }[]>`
        with job as (update jobs set owes_download = true where id = ${jobId} and state = 'pending' returning id),
             clock as (update account_clock set last_turn_at = ${turn} from job)
        insert into calls (kind, job_id, started_at, expires_at)
        select 'publish', id, ${turn}, ${this.#expiry(decision.atMs)} from job returning id`;
      if (call === undefined) return NOT_PENDING;
      return { granted: true, callId: Number(call.id), delayMs: decision.atMs - state.nowMs };
    });
  }

  /**
   * The publish begins: its intent is written, its start stamped, no earlier than the interval after the last start.
   * To be sent after `delayMs`. Refused, and the turn given back, when the account or the job's task was held, or the
   * account closed meanwhile, the job is no longer to be published, or the turn is long past.
   */
  begin(callId: number, jobId: number): Promise<Turn> {
    const publish = async (tx: TransactionSql, state: ClockState): Promise<Turn> => {
      const { nowMs, lastPublishMs, closedUntilMs } = state;
      // The job's row is locked: a cancel that comes meanwhile waits, and finds it publishing.
      const [call] = await tx<{ turnMs: number }[]>`
        select (extract(epoch from calls.started_at) * 1000)::float8 as "turnMs"
        from calls join jobs on jobs.id = calls.job_id join batches on batches.id = jobs.batch_id
        where calls.id = ${callId} and jobs.id = ${jobId} and calls.finished_at is null
          and jobs.state = 'pending' and batches.finished_at is null and not ${tx.unsafe(TASK_IS_HELD)}
        for update of jobs`;
      const turnMs = call?.turnMs ?? -Infinity;
      const paceMs = lastPublishMs === null ? nowMs : lastPublishMs + this.limits.publishIntervalMs;
      const startMs = Math.max(nowMs, turnMs, paceMs);
      const open = state.heldReason === null && (closedUntilMs ?? 0) <= startMs;
      // Far off the turn, its place in the budget may be another's.
      if (!open || startMs - nowMs > MAX_WAIT_MS || nowMs - turnMs > MAX_WAIT_MS) {
        await this.#withdraw(tx, jobId, callId);
        return { granted: false, waitMs: 0, why: 'the turn was lost', held: false };
      }
      const start = at(startMs);
      await tx`
        with clock as (update account_clock set last_publish_at = ${start}, last_turn_at = greatest(last_turn_at, ${start})),
             job as (update jobs set state = 'publishing', intent_at = ${at(nowMs)} where id = ${jobId})
        update calls set started_at = ${start}, expires_at = ${this.#expiry(startMs)} where id = ${callId}`;
      return { granted: true, callId, delayMs: startMs - nowMs };
    };
    return this.#locked('nothing', publish, jobId);
  }

  /** A turn that is begun at once, or not given: as if reserved and begun, for a batch's job that would not wait. */
  publishNow(jobId: number): Promise<Turn> {
    const publish = async (tx: TransactionSql, state: ClockState): Promise<Turn> => {
      const { nowMs } = state;
      if (state.heldReason !== null) return heldRefusal(state);
      const decision = decidePublish(state, this.limits);
      if (!('atMs' in decision)) return refusal(state, decision);
      if (decision.atMs > nowMs) return refusal(state, { askAgainMs: decision.atMs, why: 'not yet' });
      const now = at(nowMs);
      const [call] = await tx<{ id: string }[]>`
        with job as (update jobs set owes_download = true, state = 'publishing', intent_at = ${now} from batches
               where jobs.id = ${jobId} and jobs.state = 'pending' and batches.id = batch_id
                 and batches.finished_at is null and not batches.is_round and not ${tx.unsafe(TASK_IS_HELD)} returning jobs.id),
             clock as (update account_clock set last_publish_at = ${now}, last_turn_at = greatest(last_turn_at, ${now}) from job)
        insert into calls (kind, job_id, started_at, expires_at)
        select 'publish', id, ${now}, ${this.#expiry(nowMs)} from job returning id`;
      if (call === undefined) return NOT_PENDING;
      return { granted: true, callId: Number(call.id), delayMs: 0 };
    };
    return this.#locked('nothing', publish, jobId);
  }

  /** A turn that was not begun, or every one of a pending job: nothing was sent. */
  giveBack(jobId: number, callId: number | null = null): Promise<void> {
    return this.#locked('this', (tx) => this.#withdraw(tx, jobId, callId));
  }

  /** A download: the call kept for a job's first one, else a free one. */
  reserveDownload(jobId: number): Promise<Turn> {
    return this.#downloads.ask(jobId);
  }

  /** A question beyond the two calls of a clean job: takes a free call, before publishes do. */
  reserveCheck(jobId: number | null): Promise<Turn> {
    return this.#locked(
      'nothing',
      async (tx, state) =>
        (await refusedLately(tx, state, 'check')) ?? this.#startNow(tx, state, 'check', jobId),
    );
  }

  /**
   * The next probe of a held account, by one caller at a time; not granted before it is due, nor when none is held, nor
   * for a hold that the account's answer would say nothing of.
   */
  reserveProbe(): Promise<Turn> {
    return this.#locked('nothing', async (tx, state) => {
      if (state.heldReason === null) return { granted: false, waitMs: 0, why: 'not held', held: false };
      if (isRestoredHold(state) || (state.probeMs ?? 0) > state.nowMs) return heldRefusal(state);
      const turn = await this.#startNow(tx, state, 'check', null);
      const nextMs = state.nowMs + (turn.granted ? PROBE_EVERY_MS : turn.waitMs);
      await tx`update account_clock set probe_at = ${at(nextMs)}`;
      return turn;
    });
  }

  /**
   * A call came to its end, with what the answer said: it counts for one window from now on. A 429 closes the
   * account for everybody; 401, 402, 403 and the fifth outage in a row of publishes hold publishing. A publish that
   * was sent `lateMs` after its start stamp moves that stamp, and the next start with it.
   */
  async settle(
    callId: number,
    answer: { rateLimit: RateLimitHeaders } | ApiError,
    lateMs = 0,
  ): Promise<void> {
    // Without a pace nothing is reckoned from a start.
    const isPunctual = lateMs === 0 || this.limits.publishIntervalMs === 0;
    const mayBeClean = isPunctual && !(answer instanceof ApiError);
    if (mayBeClean && (await this.#cleanAnswers.ask({ callId, rateLimit: answer.rateLimit }))) return;
    await this.#locked('this', (tx, state) => takeAnswer(tx, state, this.limits, { callId, answer, lateMs }));
  }

  /** Opens a held account again. */
  open(): Promise<void> {
    return this.#locked('nothing', async (tx) => {
      await tx`update account_clock set held_since = null, held_reason = null, probe_at = null, failure_streak = 0`;
    });
  }

  /** Nobody calls before then, for that reason; a later moment that stands already stays. */
  closeUntil(until: Date, why: string): Promise<void> {
    return this.#locked('nothing', async (tx, { closedUntilMs }) => {
      if ((closedUntilMs ?? 0) < until.getTime())
        await tx`update account_clock set closed_until = ${at(until.getTime())}, closed_reason = ${why}`;
    });
  }

  #notSpare(): Refusal {
    const why = 'most calls of the account are left to batches';
    return { granted: false, waitMs: this.limits.callWindowMs / 10, why, held: false };
  }

  #reserveDownloads(jobIds: readonly number[]): Promise<Turn[]> {
    return this.#locked('nothing', async (tx, state) => {
      const decision = decideNow(state, this.limits, true);
      const refused =
        (await refusedLately(tx, state, 'download')) ??
        ('atMs' in decision ? null : refusal(state, decision));
      if (refused !== null) return jobIds.map(() => refused);
      const owed = await tx<{ jobId: number; callId: number }[]>`
        with job as (update jobs set owes_download = false
               where id = any(${`{${jobIds.join(',')}}`}::bigint[]) and owes_download returning id)
        insert into calls (kind, job_id, started_at, expires_at)
        select 'download', id, ${at(state.nowMs)}, ${this.#expiry(state.nowMs)} from job
        returning job_id::float8 as "jobId", id::float8 as "callId"`;
      const callOf = new Map(owed.map(({ jobId, callId }) => [jobId, callId]));
      const turns: Turn[] = [];
      let { free } = state;
      for (const jobId of jobIds) {
        const callId = callOf.get(jobId);
        if (callId !== undefined) turns.push({ granted: true, callId, delayMs: 0 });
        else {
          const turn = await this.#startNow(tx, { ...state, free }, 'download', jobId);
          if (turn.granted) free -= 1;
          turns.push(turn);
        }
      }
      return turns;
    });
  }

  /** A call of no job's own: a free one, or publishes leave it the next. */
  async #startNow(
    tx: TransactionSql,
    state: ClockState,
    kind: 'download' | 'check',
    jobId: number | null,
  ): Promise<Turn> {
    const decision = decideNow(state, this.limits, false);
    if (!('atMs' in decision)) {
      await tx`update account_clock set check_first_until = ${at(decision.askAgainMs + MAX_WAIT_MS)}`;
      return refusal(state, decision);
    }
    const [call] = await tx<{ id: string }[]>`
      with clock as (update account_clock set check_first_until = null)
      insert into calls (kind, job_id, started_at, expires_at)
      values (${kind}, ${jobId}, ${at(state.nowMs)}, ${this.#expiry(state.nowMs)}) returning id`;
    return { granted: true, callId: Number(call?.id), delayMs: 0 };
  }

  async #withdraw(tx: TransactionSql, jobId: number, callId: number | null): Promise<void> {
    await tx`
      with gone as (delete from calls using jobs where jobs.id = ${jobId} and job_id = jobs.id and kind = 'publish'
                    and calls.finished_at is null
                    and case when ${callId}::bigint is null then state = 'pending' else calls.id = ${callId} end
                    returning calls.id)
      update jobs set owes_download = false where id = ${jobId} and state in ('pending', 'failed')
        and not exists (select from calls where job_id = ${jobId} and kind = 'publish' and finished_at is null
                        and id not in (select id from gone))`;
    await tx`update account_clock set last_turn_at = greatest(last_publish_at,
      (select max(started_at) from calls where kind = 'publish' and finished_at is null and started_at > coalesce(last_publish_at, '-infinity')))`;
  }

  /** A call counts from its start; until it ends, as if it took all the time it may. */
  #expiry(startMs: number): string {
    return at(startMs + CALL_TIMEOUT_MS + this.limits.callWindowMs);
  }

  /**
   * Behind the clock's lock nobody waits for the disk. What must not be lost is flushed after it, together with all
   * that came before: a start follows the one before it on the disk as well. A job whose state changes has its batch
   * taken before the clock's lock: what keeps one batch busy must not keep the others from publishing.
   */
  async #locked<T>(
    loses: Loses,
    work: (tx: TransactionSql, state: ClockState) => Promise<T>,
    changedJob: number | null = null,
  ): Promise<T> {
    const result = (await this.#sql.begin(async (tx) => {
      const batch = changedJob === null ? null : takeBatchOf(tx, changedJob);
      const [state] = await Promise.all([readLocked(tx, this.limits, this.#time), batch]);
      return work(tx, state);
    })) as T;
    if (loses === 'nothing') await this.#sql`select pg_logical_emit_message(true, 'tsuiseki', 'flush')`;
    return result;
  }
}

/** Sent at once, so that it goes before what is asked next. */
function takeBatchOf(tx: TransactionSql, jobId: number): Promise<unknown> {
  return tx`select from batch_figures where batch_id = (select batch_id from jobs where id = ${jobId})
    for no key update`.execute();
}

function refusal(state: ClockState, { askAgainMs, why }: { askAgainMs: number; why: string }): Refusal {
  return { granted: false, waitMs: Math.ceil(askAgainMs - state.nowMs), why, held: false };
}

function heldRefusal(state: ClockState): Refusal {
  const { heldReason, probeMs, nowMs } = state;
  const waitMs = isRestoredHold(state) ? PROBE_EVERY_MS : Math.max(1_000, (probeMs ?? 0) - nowMs);
  return { granted: false, waitMs, why: heldReason ?? 'held', held: true };
}

/**
 * While the account is held, a call that was refused its login stands for all of its kind until the next probe: a batch
 * would ask in vain once a minute for each of its jobs. Null: it may be tried.
 */
async function refusedLately(
  tx: TransactionSql,
  state: ClockState,
  kind: 'download' | 'check',
): Promise<Refusal | null> {
  if (state.heldReason === null) return null;
  const [last] = await tx<{ endMs: number; httpStatus: number | null }[]>`
    select (extract(epoch from finished_at) * 1000)::float8 as "endMs", http_status as "httpStatus" from calls
    where kind = ${kind} and finished_at > ${at(state.nowMs - PROBE_EVERY_MS)}
    order by finished_at desc limit 1`;
  if (last === undefined || !REFUSED.has(last.httpStatus ?? 0)) return null;
  const waitMs = Math.max(1_000, last.endMs + PROBE_EVERY_MS - state.nowMs);
  return { granted: false, waitMs, why: state.heldReason, held: true };
}
