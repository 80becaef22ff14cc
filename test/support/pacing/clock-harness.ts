import { sql } from 'drizzle-orm';
import { AccountClock } from '../../../src/pacing/account-clock.ts';
import type { Turn } from '../../../src/pacing/account-clock.ts';
import { ApiError, codeOfStatus } from '../../../src/webscraper/api-error.ts';
import type { ApiErrorCode } from '../../../src/webscraper/api-error.ts';
import type { TimeSource } from '../../../src/pacing/account-state.ts';
import type { RateLimitHeaders } from '../../../src/webscraper/rate-limit-headers.ts';
import type { AccountLimits } from '../../../src/pacing/account-turns.ts';
import { jobs } from '../../../src/db/schema.ts';
import { testDatabase } from '../db/test-database.ts';
import type { TestDatabase } from '../db/test-database.ts';

/** A moment like any other: 2026-03-01 12:00 UTC. */
export const NOON_MS = Date.UTC(2026, 2, 1, 12);

/** An answer whose headers say nothing, or how many calls remain of a limit. */
export function answer(remaining: number | null = null, limit = 200): { rateLimit: RateLimitHeaders } {
  return { rateLimit: { budget: remaining === null ? null : { limit, remaining }, retryAfterMs: null } };
}

export const outage = (code: ApiErrorCode = 'API_TIMEOUT') => new ApiError(code, 'no answer');

export function refusal(httpStatus: number, retryAfterMs: number | null = null): ApiError {
  const rateLimit = { budget: null, retryAfterMs };
  return new ApiError(codeOfStatus(httpStatus), `answered ${httpStatus}`, { httpStatus, rateLimit });
}

export async function granted(turn: Promise<Turn>): Promise<Extract<Turn, { granted: true }>> {
  const told = await turn;
  if (!told.granted) throw new Error(`refused for ${told.waitMs} ms: ${told.why}`);
  return told;
}

/** A database with one batch of jobs, and a clock whose time is `time.ms`. */
export class ClockHarness {
  readonly time = { ms: NOON_MS };
  #seq = 0;
  readonly #test: TestDatabase;

  private constructor(test: TestDatabase) {
    this.#test = test;
  }

  static async create(): Promise<ClockHarness> {
    const harness = new ClockHarness(await testDatabase());
    await harness.addBatch('batch');
    return harness;
  }

  get database() {
    return this.#test.database;
  }

  get sql() {
    return this.#test.database.sql;
  }

  readonly timeSource: TimeSource = (sql_) => sql_`${new Date(this.time.ms).toISOString()}::timestamptz`;

  clock(limits: Partial<AccountLimits> = {}): AccountClock {
    const all = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 6_000, ...limits };
    return new AccountClock(this.database, all, this.timeSource);
  }

  async addBatch(id: string): Promise<void> {
    await this.sql`insert into batches (id, task, workbook, workflow_id, columns)
      values (${id}, 'yamato_tracking_only', ${id}, ${id}, '{}')`;
  }

  /** Ids of so many new pending jobs. */
  async addJobs(count: number, batchId = 'batch'): Promise<number[]> {
    const from = this.#seq;
    this.#seq += count;
    const made = await this.sql<{ id: string }[]>`
      insert into jobs (batch_id, seq, custom_id, task, sitemap_id, subjects)
      select ${batchId}, n, 'c' || n, 'yamato_tracking_only', 1, '{http://a/}'
      from generate_series(${from + 1}::int, ${from + count}::int) n order by n returning id`;
    return made.map(({ id }) => Number(id));
  }

  async addJob(): Promise<number> {
    const [id] = await this.addJobs(1);
    if (id === undefined) throw new TypeError('no job');
    return id;
  }

  async job(id: number) {
    const [job] = await this.database.db
      .select()
      .from(jobs)
      .where(sql`id = ${id}`);
    if (job === undefined) throw new TypeError(`no job ${id}`);
    return job;
  }

  async setJobState(id: number, state: string): Promise<void> {
    await this.sql`update jobs set state = ${state} where id = ${id}`;
  }

  async owed(): Promise<number> {
    const [row] = await this.sql<{ n: number }[]>`select count(*)::int as n from jobs where owes_download`;
    return row?.n ?? 0;
  }

  async countCalls(kind: string): Promise<number> {
    const [row] = await this.sql<{ n: number }[]>`select count(*)::int as n from calls where kind = ${kind}`;
    return row?.n ?? 0;
  }

  async account() {
    const [row] = await this.sql<{ closedUntil: string | null; heldReason: string | null; streak: number }[]>`
      select closed_until as "closedUntil", held_reason as "heldReason", failure_streak as streak
      from account_clock`;
    if (row === undefined) throw new TypeError('no clock');
    return row;
  }

  /** One whole publish at the present time; it must be granted without a wait. */
  async publish(clock: AccountClock, jobId: number, settled = answer()): Promise<void> {
    const { callId, delayMs } = await granted(clock.reservePublish(jobId));
    if (delayMs !== 0) throw new Error(`publish in ${delayMs} ms only`);
    await granted(clock.begin(callId, jobId));
    await this.setJobState(jobId, 'published');
    await clock.settle(callId, settled);
  }

  /** As new: no batches, jobs, calls; the clock open. */
  async reset(): Promise<void> {
    this.time.ms = NOON_MS;
    await this.sql`truncate batches, jobs, calls restart identity cascade`;
    await this.sql`delete from account_clock`;
    await this.sql`insert into account_clock (id) values (1)`;
    await this.addBatch('batch');
  }

  close(): Promise<void> {
    return this.#test.drop();
  }
}
