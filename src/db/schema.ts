import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { ParcelHistory } from '../carriers/history.ts';
import type { TrackingStatus } from '../carriers/status.ts';
import type { Carrier } from '../tasks/lookup.ts';
import type { TaskName } from '../tasks/types.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { BatchState, JobState, RecordedAction, RowState } from './states.ts';
import { TO_SHOW } from './status-column.ts';

export type { BatchState, JobState, RowState } from './states.ts';

/** Who answered; `record`: an earlier batch, nobody was asked; `import`: a shipper's own file. */
export type ResultSource = 'webscraper' | Carrier | 'record' | 'import';

/** What a person wants of a batch, and why. */
export interface PersonOrder {
  by: string;
  why: string | null;
}

export interface CancelOrder extends PersonOrder {
  /** What is in flight is not waited for. */
  drop: boolean;
}

export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });
export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
export const id = () => bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

export const batches = pgTable(
  'batches',
  {
    id: text('id').primaryKey(),
    task: text('task').$type<TaskName>().notNull(),
    /** The real path, NFC; `webdav:/path` for a file on Nextcloud; null: its rows were given without one. */
    workbook: text('workbook'),
    /** Where rows given without a workbook came from, for people: the file's name; null: it has a workbook. */
    rowsFrom: text('rows_from'),
    /** By which a start that is asked for again is known; null: it is not asked for by one, or a day has passed. */
    startKey: text('start_key').unique(),
    /** Whoever takes the results of such a batch knows that there are no more. */
    resultsTold: boolean('results_told').notNull().default(false),
    workflowId: text('workflow_id').notNull().unique(),
    runId: text('run_id'),
    state: text('state').$type<BatchState>().notNull().default('running'),
    reason: text('reason'),
    columns: jsonb('columns').$type<WorkbookColumns>().notNull(),
    /** `--rows`: sheet row numbers; null: all. */
    chosenRows: integer('chosen_rows').array(),
    fresh: boolean('fresh').notNull().default(false),
    /** Who paused it, or wants no more of it; null: nobody. */
    paused: jsonb('paused').$type<PersonOrder>(),
    cancelled: jsonb('cancelled').$type<CancelOrder>(),
    /** Rows answered without a call: from the record, and where a person's own text has settled them; and calls so saved. */
    rowsFromRecord: integer('rows_from_record').notNull().default(0),
    rowsByHand: integer('rows_by_hand').notNull().default(0),
    callsSaved: integer('calls_saved').notNull().default(0),
    sheet: text('sheet'),
    /** What the last writeback did to the workbook besides its cells. */
    notes: text('notes').array().notNull().default([]),
    /** A round of the re-query: its results go to the rows that name its parcels. */
    isRound: boolean('is_round').notNull().default(false),
    startedAt: moment('started_at').notNull().defaultNow(),
    finishedAt: moment('finished_at'),
    /** When it was last set to work: at its start, and after its end by a retry, or results to be written again. */
    openedAt: moment('opened_at').notNull().defaultNow(),
    /** When the personal data of all its rows was forgotten; null: it was not. */
    forgottenAt: moment('forgotten_at'),
  },
  (t) => [
    check('batches_one_source', sql`num_nonnulls(workbook, rows_from) = 1`),
    // The promise that a workbook has one running batch a task; batches without one run side by side.
    uniqueIndex('batches_one_running')
      .on(t.workbook, t.task)
      .where(sql`finished_at is null`),
    index('batches_started').on(t.startedAt),
    index('batches_rounds')
      .on(t.finishedAt)
      .where(sql`is_round`),
  ],
);

export const rows = pgTable(
  'rows',
  {
    id: id(),
    batchId: text('batch_id')
      .notNull()
      .references(() => batches.id, { onDelete: 'cascade' }),
    /** The sheet's own number: a hint, corrected when a writeback finds the row elsewhere. */
    row: integer('row').notNull(),
    input: text('input').notNull(),
    inputUrl: text('input_url'),
    email: text('email').notNull(),
    occurrence: integer('occurrence').notNull(),
    state: text('state').$type<RowState>().notNull(),
    url: text('url'),
    source: text('source').$type<ResultSource>(),
    trackingNumber: text('tracking_number'),
    status: text('status').$type<TrackingStatus>(),
    /** Why it is in this status: `not-registered`, `customs`, or what the carrier put in brackets. */
    subStatus: text('sub_status'),
    statusText: text('status_text'),
    eventAt: moment('event_at'),
    /** From then on its parcel moves no more, perhaps a moment to come; null: unless something is heard of it. */
    terminalAt: moment('terminal_at'),
    /** The history its status was judged by, to be judged again when more texts are known. */
    details: jsonb('details').$type<ParcelHistory>(),
    result: text('result'),
    error: text('error'),
    warnings: text('warnings').array().notNull().default([]),
    completedAt: moment('completed_at'),
    /** The text last written into the result cell; a result that differs is still to be written. */
    written: text('written'),
    /**
     * When the present result was dealt with by a writeback: written, or left alone for a reason in `warnings`. Without a
     * workbook: when it was delivered.
     */
    writtenAt: moment('written_at'),
    /** What the result cell held before that writing: an editor that was open then may bring it back. */
    replaced: text('replaced'),
    /** What the status column, or the last delivery, says of the row, without the time; null: nothing yet. */
    shown: text('shown'),
    /** What it is to say. */
    toShow: text('to_show').notNull().generatedAlwaysAs(TO_SHOW),
    /** Its content was forgotten: input and e-mail are '', and this is what a row of the same content is known by. */
    contentHash: text('content_hash'),
    forgottenAt: moment('forgotten_at'),
  },
  (t) => [
    index('rows_batch').on(t.batchId, t.row),
    index('rows_batch_state').on(t.batchId, t.state),
    index('rows_unwritten')
      .on(t.batchId)
      .where(sql`state = 'completed' and written_at is null`),
    // Of a batch without a workbook: what its webhook is still to be told of these; completed ones are `rows_unwritten`.
    index('rows_untold')
      .on(t.batchId)
      .where(sql`state in ('failed', 'invalid') and shown is distinct from to_show`),
    // A hash: a cell may hold more than an index takes. By id: the newest of a content is asked for.
    index('rows_content').on(sql`md5(input)`, t.id),
    // A carrier's own file names parcels by their numbers.
    index('rows_tracking_number')
      .on(t.trackingNumber)
      .where(sql`tracking_number is not null`),
    index('rows_forgotten')
      .on(t.contentHash)
      .where(sql`content_hash is not null`),
  ],
);

export const jobs = pgTable(
  'jobs',
  {
    id: id(),
    batchId: text('batch_id')
      .notNull()
      .references(() => batches.id, { onDelete: 'cascade' }),
    /** Order of publishing within the batch. */
    seq: integer('seq').notNull(),
    attempt: integer('attempt').notNull().default(1),
    customId: text('custom_id').notNull().unique(),
    task: text('task').$type<TaskName>().notNull(),
    /** Web Scraper is asked with this sitemap; null: the carrier is asked. */
    sitemapId: bigint('sitemap_id', { mode: 'number' }),
    /** The carrier that is asked directly; null: Web Scraper is. */
    carrier: text('carrier').$type<Carrier>(),
    /** What is asked about: start URLs, or the carrier's numbers. */
    subjects: text('subjects').array().notNull(),
    state: text('state').$type<JobState>().notNull().default('pending'),
    scrapingJobId: bigint('scraping_job_id', { mode: 'number' }),
    /** At most one redirected job for a job. */
    redirectOf: bigint('redirect_of', { mode: 'number' }).unique(),
    /** A call of the account's budget is kept for its download, from the reservation of its publish on. */
    owesDownload: boolean('owes_download').notNull().default(false),
    intentAt: moment('intent_at'),
    publishedAt: moment('published_at'),
    deadlineAt: moment('deadline_at'),
    /** How often its results were begun to be read; what kills its reader is given up after three. */
    resultTries: integer('result_tries').notNull().default(0),
    /** Its results are not to be read before: a call has to wait, or the last try failed. */
    readAfter: moment('read_after'),
    /** How often the API was asked after it without anything having moved. */
    asked: integer('asked').notNull().default(0),
    finishedAt: moment('finished_at'),
    error: text('error'),
  },
  (t) => [
    check('jobs_one_is_asked', sql`num_nonnulls(sitemap_id, carrier) = 1`),
    uniqueIndex('jobs_batch_seq').on(t.batchId, t.seq),
    index('jobs_next')
      .on(t.batchId, sql`(redirect_of is null)`, t.seq)
      .where(sql`state = 'pending'`),
    index('jobs_in_flight')
      .on(t.batchId)
      .where(sql`state in ('publishing', 'published', 'incomplete')`),
    index('jobs_scraping_job').on(t.scrapingJobId),
    index('jobs_deadline')
      .on(t.deadlineAt)
      .where(sql`state = 'published'`),
    index('jobs_owing')
      .on(t.id)
      .where(sql`owes_download`),
    index('jobs_answered')
      .on(t.id)
      .where(sql`state = 'completed' and carrier is null`),
    // The roll-up asks for the last hours' alone.
    index('jobs_finished')
      .on(t.finishedAt)
      .where(sql`finished_at is not null`),
  ],
);

const count = (name: string) => integer(name).notNull().default(0);

/**
 * What is to be known of a batch after each step. The triggers of rows and jobs keep it, nothing else counts; it is the
 * batch's lock as well.
 */
export const batchFigures = pgTable('batch_figures', {
  batchId: text('batch_id')
    .primaryKey()
    .references(() => batches.id, { onDelete: 'cascade' }),
  /** Raised by every change of a figure: two answers of one revision are the same. */
  revision: bigint('revision', { mode: 'number' }).notNull().default(0),
  total: count('total'),
  pending: count('pending'),
  published: count('published'),
  redirected: count('redirected'),
  completed: count('completed'),
  failed: count('failed'),
  invalid: count('invalid'),
  /** Completed rows that no writeback has dealt with yet. */
  unwritten: count('unwritten'),
  /** Rows of which a status column would have to say something else, whether there is one or not. */
  unshown: count('unshown'),
  delivered: count('delivered'),
  pendingJobs: count('pending_jobs'),
  /** Jobs whose result is still to come. */
  inFlightJobs: count('in_flight_jobs'),
});

/** Rows and jobs are many to many: ten numbers a URL, duplicates, retries, redirects. */
export const jobRows = pgTable(
  'job_rows',
  {
    jobId: bigint('job_id', { mode: 'number' })
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    rowId: bigint('row_id', { mode: 'number' })
      .notNull()
      .references(() => rows.id, { onDelete: 'cascade' }),
    /** The one of the job's subjects that is to bring the row's result. */
    subject: text('subject').notNull(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.rowId] }), index('job_rows_row').on(t.rowId)],
);

/** The webhook inbox: what is unread stands here; a signal only pokes. */
export const notifications = pgTable(
  'notifications',
  {
    id: id(),
    receivedAt: moment('received_at').notNull().defaultNow(),
    /** `webhook`, or `check`: what asking the API found after the deadline. */
    source: text('source').$type<'webhook' | 'check'>().notNull(),
    scrapingJobId: bigint('scraping_job_id', { mode: 'number' }).notNull(),
    customId: text('custom_id'),
    sitemapId: bigint('sitemap_id', { mode: 'number' }),
    status: text('status').notNull(),
    batchId: text('batch_id'),
    jobId: bigint('job_id', { mode: 'number' }),
    /** What became of it: `processed`, `duplicate`, `unknown job`, `forwarded`, `disagrees`; null: it is still to be read. */
    outcome: text('outcome'),
  },
  (t) => [
    index('notifications_unread')
      .on(t.batchId, t.id)
      .where(sql`outcome is null and batch_id is not null`),
    index('notifications_job').on(t.jobId, t.id),
  ],
);

/** Downloads whose results are not in the database yet: paid for, they are not paid for twice. */
export const keptDownloads = pgTable('kept_downloads', {
  jobId: bigint('job_id', { mode: 'number' })
    .primaryKey()
    .references(() => jobs.id, { onDelete: 'cascade' }),
  at: moment('at').notNull().defaultNow(),
  csv: bytes('csv').notNull(),
});

/** What people did to batches, with who and why. */
export const actions = pgTable(
  'actions',
  {
    id: id(),
    at: moment('at').notNull().defaultNow(),
    batchId: text('batch_id')
      .notNull()
      .references(() => batches.id, { onDelete: 'cascade' }),
    /** The message's own id: repeated by a reset or a retry, it takes effect once. */
    messageId: text('message_id').unique(),
    action: text('action').$type<RecordedAction>().notNull(),
    by: text('by').notNull(),
    why: text('why'),
    /** The rows that were named; whether a cancel dropped what was in flight. */
    details: text('details'),
  },
  (t) => [index('actions_batch').on(t.batchId, t.id)],
);
