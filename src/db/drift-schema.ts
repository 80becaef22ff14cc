import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { OddityKind, RowLook } from '../tasks/oddity.ts';
import type { TaskName } from '../tasks/types.ts';
import { jobs, moment } from './schema.ts';

/** One row a task: what is usual of its jobs, how many came back odd just now, and whether it is held for that. */
export const taskDrift = pgTable('task_drift', {
  task: text('task').$type<TaskName>().primaryKey(),
  /** Jobs that its usual was learnt of, and the odd ones among them, between good ones. */
  jobs: integer('jobs').notNull().default(0),
  odd: integer('odd').notNull().default(0),
  /** Odd jobs since the last good one. */
  run: integer('run').notNull().default(0),
  heldSince: moment('held_since'),
  heldReason: text('held_reason'),
  /** When a person last released it. */
  releasedAt: moment('released_at'),
  /** For inspection, without personal data: what came back odd, and the last good one, an hour older at most. */
  oddPage: text('odd_page'),
  oddJob: text('odd_job'),
  goodPage: text('good_page'),
  goodJob: text('good_job'),
  goodAt: moment('good_at'),
});

/** Texts that a task's results usually show, and how often each field came with them. */
export const driftTexts = pgTable(
  'drift_texts',
  {
    task: text('task').$type<TaskName>().notNull(),
    text: text('text').notNull(),
    seen: integer('seen').notNull(),
    /** Of these, how often each field of the result text was filled. */
    filled: integer('filled').array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.task, t.text] })],
);

/** Jobs that came back odd with no good one since, and those of a hold until their rows are asked again. */
export const oddJobs = pgTable(
  'odd_jobs',
  {
    jobId: bigint('job_id', { mode: 'number' })
      .primaryKey()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    task: text('task').$type<TaskName>().notNull(),
    at: moment('at').notNull().defaultNow(),
    kind: text('kind').$type<OddityKind>().notNull(),
    what: text('what').notNull(),
    looks: jsonb('looks').$type<readonly RowLook[]>().notNull(),
    /** Its task was released when its batch had ended: a retry of that takes its rows. */
    released: boolean('released').notNull().default(false),
  },
  (t) => [index('odd_jobs_task').on(t.task)],
);
