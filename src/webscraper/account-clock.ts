import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import { accountClock, calls } from '../db/schema.ts';
import { CALL_TIMEOUT_MS } from './client.ts';

export interface AccountLimits {
  callLimit: number;
  callWindowMs: number;
  publishIntervalMs: number;
}

/** A call that may be made `delayMs` from now; a publish's download is reserved with it. */
export type Reservation =
  | { granted: true; callId: number; delayMs: number }
  | { granted: false; waitUntil: Date; why: string };

/** A publish may wait so long for its turn within the activity; a longer wait goes back to the workflow. */
const MAX_WAIT_MS = 10_000;
/** How soon to look again when only downloads still owed fill the budget: their end is not known. */
const OWED_RETRY_MS = 5_000;

interface ClockState {
  now: Date;
  lastPublishAt: Date | null;
  closedUntil: Date | null;
  closedReason: string | null;
}

/**
 * The account's one clock, for every batch and worker: pace (a publish starts no earlier than the interval after the
 * last one) and budget (calls of the window, and downloads still owed, never exceed the limit). Its table of calls is
 * limiter and record at once. Time is the database's.
 */
export class AccountClock {
  private readonly database: Database;
  private readonly limits: AccountLimits;

  constructor(database: Database, limits: AccountLimits) {
    this.database = database;
    this.limits = limits;
  }

  /** Reserves the next publish and the download that will follow it. */
  reservePublish(jobId: number): Promise<Reservation> {
    return this.database.db.transaction(async (tx) => {
      const clock = await this.lock(tx);
      const nowMs = clock.now.getTime();
      const startMs = Math.max(
        nowMs,
        (clock.lastPublishAt?.getTime() ?? -Infinity) + this.limits.publishIntervalMs,
      );
      const refusal = await this.refusal(tx, clock, startMs, 2);
      if (refusal !== null) return refusal;
      if (startMs - nowMs > MAX_WAIT_MS)
        return {
          granted: false,
          waitUntil: new Date(startMs - MAX_WAIT_MS),
          why: 'other publishes come first',
        };
      await tx.update(accountClock).set({ lastPublishAt: new Date(startMs) });
      const [call] = await tx
        .insert(calls)
        .values({
          kind: 'publish',
          jobId,
          startedAt: new Date(startMs),
          expiresAt: this.expiry(startMs + CALL_TIMEOUT_MS),
        })
        .returning({ id: calls.id });
      await tx.insert(calls).values({ kind: 'download', jobId, expiresAt: 'infinity' });
      if (call === undefined) throw new TypeError('an insert returned no row');
      return { granted: true, callId: call.id, delayMs: startMs - nowMs };
    });
  }

  /** Starts the download owed to a job; one that is owed to nobody (a second download) needs a free slot. */
  reserveDownload(jobId: number): Promise<Reservation> {
    return this.reserveNow(jobId, 'download');
  }

  /** A status question, beyond the two calls of a clean job: takes a free slot or waits. */
  reserveCheck(jobId: number): Promise<Reservation> {
    return this.reserveNow(jobId, 'check');
  }

  /** The call came to its end: from now on it counts for one window. */
  async finish(callId: number, httpStatus: number | null): Promise<void> {
    await this.database.db
      .update(calls)
      .set({ finishedAt: sql`now()`, httpStatus, expiresAt: sql`now() + ${this.windowText()}::interval` })
      .where(eq(calls.id, callId));
  }

  /** The job will never be downloaded: its reservation is given back. */
  async release(jobId: number): Promise<void> {
    await this.database.db
      .delete(calls)
      .where(and(eq(calls.jobId, jobId), eq(calls.kind, 'download'), isNull(calls.startedAt)));
  }

  /** Nobody may call before then: the API answered 429. */
  async close(forMs: number, reason: string): Promise<void> {
    await this.database.db.transaction(async (tx) => {
      const { now } = await this.lock(tx);
      await tx
        .update(accountClock)
        .set({ closedUntil: new Date(now.getTime() + forMs), closedReason: reason });
    });
  }

  private reserveNow(jobId: number, kind: 'download' | 'check'): Promise<Reservation> {
    return this.database.db.transaction(async (tx) => {
      const clock = await this.lock(tx);
      const nowMs = clock.now.getTime();
      const started = { startedAt: clock.now, expiresAt: this.expiry(nowMs + CALL_TIMEOUT_MS) };
      if (clock.closedUntil !== null && clock.closedUntil > clock.now)
        return this.closed(clock, clock.closedUntil);
      const owed = await tx.query.calls.findFirst({
        where: and(eq(calls.jobId, jobId), eq(calls.kind, kind), isNull(calls.startedAt)),
      });
      if (owed !== undefined) {
        await tx.update(calls).set(started).where(eq(calls.id, owed.id));
        return { granted: true, callId: owed.id, delayMs: 0 };
      }
      const refusal = await this.refusal(tx, clock, nowMs, 1);
      if (refusal !== null) return refusal;
      const [call] = await tx
        .insert(calls)
        .values({ kind, jobId, ...started })
        .returning({ id: calls.id });
      if (call === undefined) throw new TypeError('an insert returned no row');
      return { granted: true, callId: call.id, delayMs: 0 };
    });
  }

  private async refusal(
    tx: Queries,
    clock: ClockState,
    startMs: number,
    wanted: number,
  ): Promise<Extract<Reservation, { granted: false }> | null> {
    if (clock.closedUntil !== null && clock.closedUntil.getTime() > startMs)
      return this.closed(clock, clock.closedUntil);
    const counted = await tx
      .select({ expiresAt: sql<string>`${calls.expiresAt}` })
      .from(calls)
      .where(sql`${calls.expiresAt} > ${new Date(startMs).toISOString()}`)
      .orderBy(calls.expiresAt)
      .limit(this.limits.callLimit + 1);
    const over = counted.length + wanted - this.limits.callLimit;
    if (over <= 0) return null;
    const free = counted[over - 1]?.expiresAt;
    const freeAt =
      free === undefined || free === 'infinity' ? new Date(startMs + OWED_RETRY_MS) : new Date(free);
    return {
      granted: false,
      waitUntil: freeAt,
      why: `the account's ${this.limits.callLimit} calls are used up`,
    };
  }

  private closed(clock: ClockState, until: Date): Extract<Reservation, { granted: false }> {
    return { granted: false, waitUntil: until, why: clock.closedReason ?? 'the account is closed' };
  }

  private async lock(tx: Queries): Promise<ClockState> {
    await tx.insert(accountClock).values({ id: 1 }).onConflictDoNothing();
    const [state] = await tx
      .select({
        now: sql<string>`clock_timestamp()`,
        lastPublishAt: accountClock.lastPublishAt,
        closedUntil: accountClock.closedUntil,
        closedReason: accountClock.closedReason,
      })
      .from(accountClock)
      .for('update');
    if (state === undefined) throw new TypeError('the account clock has no row');
    return { ...state, now: new Date(state.now) };
  }

  private expiry(fromMs: number): string {
    return new Date(fromMs + this.limits.callWindowMs).toISOString();
  }

  private windowText(): string {
    return `${this.limits.callWindowMs} milliseconds`;
  }
}
