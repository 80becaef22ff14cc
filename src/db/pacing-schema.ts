import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { Carrier } from '../tasks/lookup.ts';
import { id, moment } from './schema.ts';

/** The account's calls: limiter and record at once. A row counts against the budget until `expires_at`. */
export const calls = pgTable(
  'calls',
  {
    id: id(),
    /** `foreign`: made by someone else with the same account, as the API's headers told. */
    kind: text('kind').$type<'publish' | 'download' | 'check' | 'foreign'>().notNull(),
    jobId: bigint('job_id', { mode: 'number' }),
    /** Of a publish still waiting for its turn: when that comes. */
    startedAt: moment('started_at').notNull(),
    finishedAt: moment('finished_at'),
    httpStatus: integer('http_status'),
    expiresAt: moment('expires_at').notNull(),
  },
  (t) => [
    index('calls_expires').on(t.expiresAt),
    index('calls_job').on(t.jobId),
    index('calls_started').on(t.startedAt),
  ],
);

/** One row: the lock that every reservation takes, and what holds for all callers. */
export const accountClock = pgTable('account_clock', {
  id: integer('id').primaryKey(),
  /** The clock's own time when it was last used: a clock that jumped back is seen by it. */
  seenAt: moment('seen_at'),
  /** The latest turn given to a publish, and the latest publish that began. */
  lastTurnAt: moment('last_turn_at'),
  lastPublishAt: moment('last_publish_at'),
  closedUntil: moment('closed_until'),
  closedReason: text('closed_reason'),
  /** Publishes in a row that met a failing network or server. */
  failureStreak: integer('failure_streak').notNull().default(0),
  heldSince: moment('held_since'),
  heldReason: text('held_reason'),
  /** When the next careful probe of a held account is due. */
  probeAt: moment('probe_at'),
  /** A check was refused for want of a free call: it goes before publishes until then. */
  checkFirstUntil: moment('check_first_until'),
});

/** One row a carrier that is asked directly: the lock that every request takes, and when the next may begin. */
export const carrierClock = pgTable('carrier_clock', {
  carrier: text('carrier').$type<Carrier>().primaryKey(),
  /** The request under way; null: none. */
  asking: bigint('asking', { mode: 'number' }),
  /** While one is under way: when it has certainly ended, its pause over. */
  openAt: moment('open_at').notNull(),
  /** The pause to be kept after the latest request. */
  pauseMs: integer('pause_ms').notNull(),
  /** The job of the latest request, where its answer was no page of the carrier's but a barrier; null: it was none. */
  barredJob: bigint('barred_job', { mode: 'number' }),
  /** Nobody asks before then, because of such answers; how many such holds there were since the last good answer. */
  heldUntil: moment('held_until'),
  heldReason: text('held_reason'),
  holds: integer('holds').notNull().default(0),
});

/** Requests to carriers: the record of what was asked, and the pages that gave no results. */
export const carrierRequests = pgTable(
  'carrier_requests',
  {
    id: id(),
    carrier: text('carrier').$type<Carrier>().notNull(),
    jobId: bigint('job_id', { mode: 'number' }).notNull(),
    startedAt: moment('started_at').notNull(),
    finishedAt: moment('finished_at'),
    /** From sending to the whole answer; null: none came. */
    answerMs: integer('answer_ms'),
    /** The pause that was to be kept after it. */
    pauseMs: integer('pause_ms').notNull(),
    error: text('error'),
    /** The HTML that gave no results, for inspection. */
    page: text('page'),
  },
  (t) => [index('carrier_requests_job').on(t.jobId), index('carrier_requests_started').on(t.startedAt)],
);
