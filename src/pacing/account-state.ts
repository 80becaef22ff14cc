import type { PendingQuery, Row, Sql, TransactionSql } from 'postgres';
import { HELD_REASON, RESTORED_TEXT } from '../db/installation.ts';
import { MOST_WANTED } from './account-turns.ts';
import type { AccountLimits, AccountState } from './account-turns.ts';

/** The clock's time as SQL: the database's own, or a test's. */
export type TimeSource = (sql: Sql | TransactionSql) => PendingQuery<Row[]>;

export const databaseTime: TimeSource = (sql) => sql`clock_timestamp()`;

/** The clock's row and what it counts, read behind its lock. */
export interface ClockState extends AccountState {
  lastPublishMs: number | null;
  failureStreak: number;
  heldReason: string | null;
  probeMs: number | null;
}

const milliseconds = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

/** Held for a restored database: no probe opens it, nor a resume. */
export const isRestoredHold = ({ heldReason }: Pick<ClockState, 'heldReason'>): boolean =>
  heldReason === RESTORED_TEXT;

/** No parameters: with one that may change the plan, Postgres plans anew each time, for longer than it reads. */
const STATE = `
  ${milliseconds('now')} as "nowMs", ${milliseconds('seen_at')} as "seenMs",
  ${milliseconds('last_turn_at')} as "lastTurnMs", ${milliseconds('last_publish_at')} as "lastPublishMs",
  ${milliseconds('closed_until')} as "closedUntilMs", ${milliseconds('check_first_until')} as "checkFirstUntilMs",
  ${milliseconds('probe_at')} as "probeMs", closed_reason as "closedReason",
  failure_streak as "failureStreak", ${HELD_REASON} as "heldReason", free,
  array(select ${milliseconds('expires_at')} from calls where expires_at > time.now and expires_at < 'infinity'
    order by calls.expires_at offset greatest(0, -free) limit ${MOST_WANTED}) as "leavesMs"`;

/** As a parameter: drizzle takes the driver's own handling of dates away. */
export const at = (moment: number): string => new Date(moment).toISOString();

/** A process that is stopped in the middle of its transaction keeps everybody waiting for so long, not for ever. */
const LOCK_IDLE_MS = 5_000;

/**
 * Takes the lock, then reads time and state: a statement that waited for the lock itself would see those of its
 * beginning. All is sent at once: the lock is held for one round trip less.
 */
export async function readLocked(
  tx: TransactionSql,
  limits: AccountLimits,
  time: TimeSource,
): Promise<ClockState> {
  const [, [state]] = await Promise.all([
    // Not the row's own lock: each transaction makes a new version of the row, and who waited for the old one starts
    // waiting anew: with eight callers some waited for a second. An advisory lock serves first who came first.
    tx`select set_config('idle_in_transaction_session_timeout', ${LOCK_IDLE_MS}::text, true),
      set_config('synchronous_commit', 'off', true),
      pg_advisory_xact_lock('account_clock'::regclass::oid::bigint)`,
    // `infinity` is for the planner: bounded on one side by what it does not know, it expects a third of the table.
    tx<(ClockState & { seenMs: number | null })[]>`
      with time as materialized (select date_trunc('milliseconds', ${time(tx)}) as now),
           seen as (update account_clock set seen_at = greatest(seen_at, time.now) from time),
           budget as materialized (select ${limits.callLimit}::int
             - (select count(*)::int from calls where expires_at > time.now and expires_at < 'infinity')
             - (select count(*)::int from jobs where owes_download) as free from time)
      select ${tx.unsafe(STATE)}
      from time, budget, account_clock`,
  ]);
  if (state === undefined) throw new TypeError('the account clock has no row: run `tsuiseki migrate`');
  if (state.seenMs === null || state.seenMs <= state.nowMs) return state;
  await moveBack(tx, state.nowMs, state.seenMs - state.nowMs);
  return readLocked(tx, limits, time);
}

/** The time stands before what it was: every moment moves back with it, as if no time had passed meanwhile. */
async function moveBack(tx: TransactionSql, nowMs: number, byMs: number): Promise<void> {
  const back = tx`${byMs} * interval '1 millisecond'`;
  await tx`update calls set expires_at = expires_at - ${back}, started_at = started_at - ${back},
    finished_at = finished_at - ${back} where expires_at > ${at(nowMs)}`;
  await tx`update account_clock set seen_at = null, last_turn_at = last_turn_at - ${back},
    last_publish_at = last_publish_at - ${back}, closed_until = closed_until - ${back},
    check_first_until = check_first_until - ${back}, probe_at = probe_at - ${back}`;
}
