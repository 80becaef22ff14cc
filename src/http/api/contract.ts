/**
 * What the ops page and the server say to each other: plain JSON, known to both, and nothing else is. Times are ISO 8601,
 * what is absent is null. Errors are `{"error": TEXT}`.
 */
import type { Reason } from '../../batches/reasons.ts';
import type { Report } from '../../batches/roll-ups/report.ts';
import type { StoryEvent } from '../../batches/story-event.ts';
import type { AlertReason } from '../../carriers/alert-reasons.ts';
import type { BatchState, RecordedAction, RowState } from '../../db/states.ts';

export { REASONS } from '../../batches/reasons.ts';
export type { Reason } from '../../batches/reasons.ts';
export { ALERT_REASONS } from '../../carriers/alert-reasons.ts';
export type { AlertReason } from '../../carriers/alert-reasons.ts';
export type { StoryWhat } from '../../batches/story-event.ts';
export type { CarrierName, TrackingStatus } from '../../carriers/status.ts';
export type { BatchState, RecordedAction, RowState } from '../../db/states.ts';
export type { DayLine, OfficeLine, OpenLine, Report, TaskLine } from '../../batches/roll-ups/report.ts';

/** `GET /api/me` */
export interface Me {
  name: string;
  role: 'operator' | 'viewer';
  /** Signed in by a token on this page; otherwise nobody could sign out. */
  canSignOut: boolean;
  version: string;
  /** Where Temporal's Web UI shows the namespace, `http://127.0.0.1:8233/namespaces/default`; null: not known. */
  webUi: string | null;
  /** Tasks that can be started. */
  tasks: { name: string; filePrefix: string }[];
}

/** As `status --json`. */
export interface BatchStatus {
  batchId: string;
  workflowId: string;
  runId: string | null;
  task: string;
  workbook: string | null;
  rowsFrom: string | null;
  state: BatchState;
  reason: string | null;
  counts: Record<RowState | 'total', number>;
  startedAt: string;
  finishedAt: string | null;
  eta: string | null;
  notes: string[];
}

/** `GET /api/batches?state=&q=&before=BATCH_ID&limit=`, newest first; `q` is a part of the workbook's name or of the id. */
export interface BatchList {
  batches: BatchStatus[];
  /** Where `before` goes on; null: these are all. */
  next: string | null;
  /** Batches by state, whatever was asked for. */
  counts: Record<BatchState, number>;
}

/** `GET /api/batches/BATCH` */
export interface BatchView {
  status: BatchStatus;
  /** Rows that failed or are invalid, by reason, the most first; `example` is one of the texts. */
  reasons: { reason: Reason; state: 'failed' | 'invalid'; rows: number; example: string }[];
  /** Jobs under way at Web Scraper Cloud or a carrier, and when the last of them is expected. */
  inFlight: { jobs: number; lastAt: string | null };
  /** Newest first. */
  actions: { at: string; action: RecordedAction; by: string; why: string | null; details: string | null }[];
}

/** As `rows --json`, with the reason as a code. */
export interface RowReport {
  row: number;
  input: string | null;
  url: string | null;
  state: RowState;
  source: string | null;
  customId: string | null;
  scrapingJobId: number | null;
  trackingNumber: string | null;
  status: string | null;
  statusText: string | null;
  /** `not-registered`, `wrong-number`, `customs` …, or what the carrier put in brackets. */
  subStatus: string | null;
  /** Of one not registered yet: the day of its last look, the first being day 1. */
  notRegisteredDay: number | null;
  result: string | null;
  error: string | null;
  reason: Reason | null;
  /** The last of them is the hint, where there is one. */
  warnings: string[];
  /** Which carrier perhaps has it, where the one that was asked does not know the number. */
  carrierHint: {
    carrier: 'yamato' | 'japan_post';
    confidence: 'high' | 'low';
    status: string | null;
    since: string | null;
  } | null;
}

/** Which rows are meant; each that is set narrows it. `q`: a part of number, order, input or result. */
export interface RowFilter {
  state?: RowState;
  reason?: Reason;
  q?: string;
}

/** `GET /api/batches/BATCH/rows?state=&reason=&q=&after=&limit=`, in the sheet's order. */
export interface RowPage {
  rows: RowReport[];
  /** How many the filter finds. */
  found: number;
  /** Where `after` goes on; null: these are the last. */
  next: number | null;
}

/** `GET /api/batches/BATCH/rows/ROW`: as `explain --json`. */
export interface RowStory {
  events: StoryEvent[];
}

export type Action = 'pause' | 'resume' | 'cancel' | 'retry' | 'give-up' | 'write';

/**
 * `POST /api/batches/BATCH/preview` tells what it would do, `POST /api/batches/BATCH/actions` does it. Retry and give-up
 * need rows, by their numbers or by a filter that is not empty.
 */
export interface ActionRequest {
  action: Action;
  /** One that is sent twice takes effect once. */
  id: string;
  why: string | null;
  rows?: number[];
  filter?: RowFilter;
  /** Of cancel: what is in flight is not waited for. */
  drop?: boolean;
}

/** Why an action leaves a row alone. */
export type LeftWhy = 'under-way' | 'invalid' | 'completed' | 'ended' | 'not-in-batch';

export interface Preview {
  /** Rows it takes. */
  takes: number;
  /** Rows that were meant and are left as they are, with the first numbers. */
  leaves: { why: LeftWhy; rows: number; first: number[] }[];
  /** Jobs that would be published, or requests to a carrier; calls of the account's budget; page credits. */
  jobs: number;
  calls: number;
  credits: number;
  /** When the last of them would have its result; null: nothing is asked. */
  finishedAt: string | null;
  inFlight: BatchView['inFlight'];
  /** Results that are not in the workbook yet. */
  unwritten: number;
  /** Other batches that a resume lets go on, as it opens what is held for all; null: nothing is. */
  opens: { batches: number; jobs: number } | null;
}

export interface ActionDone {
  took: number;
  leaves: Preview['leaves'];
  /** Of `write`: by row numbers, what was written and what was left alone. */
  written: { rows: number; left: { row: number; why: string }[] } | null;
  status: BatchStatus;
}

/**
 * `POST /api/uploads?name=NAME&task=TASK`, the body being the file, at most 100 MB: an .xlsx, or .csv or .json with rows
 * (docs/rows.md). `task` may be left out where the name begins with the prefix of one.
 */
export interface Upload {
  upload: string;
  name: string;
  task: string;
  counts: Record<RowState | 'total', number>;
  jobs: number;
  calls: number;
  credits: number;
  finishedAt: string;
  /** The first rows as they are understood. */
  rows: Pick<RowReport, 'row' | 'state' | 'trackingNumber' | 'error' | 'reason' | 'warnings'>[];
}

/** `POST /api/uploads/UPLOAD/start`; answers as `start --json`. */
export interface Started {
  batchId: string;
  workflowId: string;
  runId: string | null;
  task: string;
  workbook: string | null;
  alreadyRunning?: true;
}

/** Calls that count at a moment, by whose they are; `kept` for downloads still to come. */
export interface BudgetPoint {
  at: string;
  publish: number;
  download: number;
  check: number;
  foreign: number;
  kept: number;
}

/** `GET /api/account` */
export interface AccountView {
  at: string;
  limit: number;
  windowMs: number;
  /** The last hour, a point each minute, then one window ahead as what counts now leaves it. */
  past: BudgetPoint[];
  ahead: BudgetPoint[];
  /** Closed by a 429 until then; it opens by itself. */
  closed: { until: string; why: string } | null;
  /** Nothing is published until a probe or a person opens it. */
  held: { why: string } | null;
  /** Tasks and carriers of which nothing is asked, for what came back, until a person resumes one of their batches. */
  odd: { name: string; why: string }[];
  publishes: { taken: number; refused: number; failed: number };
  /** Seconds from a webhook to the database in the last hour; null: none came. */
  webhookDelayS: { median: number; p95: number; longest: number } | null;
  /** Since when nothing came although jobs are in flight, in seconds; 0: all is well. */
  webhookSilenceS: number;
  unreadS: number;
  /** Rows that ended in the last hour. */
  lookups: { task: string; completed: number; empty: number; failed: number }[];
  carriers: { carrier: string; answered: number; failed: number }[];
  /** Null: Temporal does not answer. */
  queues: { queue: string; worker: string; polled: boolean; backlog: number }[] | null;
}

/** As `alerts --json`, with the day of one not registered: a parcel that needs somebody. */
export interface ParcelAlert {
  reason: AlertReason;
  since: string | null;
  /** The last day to act, `2026-01-31` by Japan's calendar, perhaps over; null: the sooner the better. */
  lastDay: string | null;
  carrier: string | null;
  trackingNumber: string | null;
  orderNumber: string | null;
  status: string;
  subStatus: string | null;
  /** Of one not registered yet: the day of its last look, the first being day 1. */
  notRegisteredDay: number | null;
  statusText: string | null;
  office: string | null;
  /** When its carrier was last asked. */
  seenAt: string;
  /** The rows that name it, the latest first. */
  rows: { batchId: string; row: number; workbook: string | null }[];
}

/** `GET /api/alerts?reason=&limit=`: so many of each reason, the soonest first. */
export interface AlertList {
  alerts: ParcelAlert[];
  /** All there are, whatever was asked for. */
  counts: Record<AlertReason, number>;
}

/**
 * `GET /api/report?from=2026-01-01&to=2026-02-01`, days in Japan, `to` left out; without `from` the last thirty, `from=all`
 * all there is. `report.csv` and `report.xlsx` beside it are files of all of it.
 */
export interface ReportView extends Report {
  /** Offices and lanes beyond the busiest are left out, so many of each. */
  left: { origins: number; destinations: number; lanes: number };
}
