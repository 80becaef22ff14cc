/** A figure of `GET /metrics`: what it says, and the labels it has, whose values are of a short list each. */
export interface Metric {
  help: string;
  labels: readonly string[];
}

const metric = (help: string, ...labels: string[]): Metric => ({ help, labels });

/** Every figure of the system by its name; docs/metrics.md tells more of each, with targets and alerts. */
export const METRICS = {
  tsuiseki_part_up: metric('1: the figures of that part could be read', 'part'),

  tsuiseki_batches: metric('Batches that have not ended', 'state'),
  tsuiseki_batches_ended_last_day: metric('Batches that ended within a day', 'state'),
  tsuiseki_rows: metric('Rows of batches that have not ended', 'state'),
  tsuiseki_rows_unwritten: metric('Rows of these whose result is not in the workbook yet'),
  tsuiseki_jobs: metric('Jobs of these that wait to be sent, or for their results', 'state'),
  tsuiseki_reading_seconds: metric('Since when the oldest batch waits for its workbook to be read; 0: none'),
  tsuiseki_still_seconds: metric('For how long nothing has moved of the stillest running batch; 0: none'),
  tsuiseki_batches_unwritten: metric('Batches that ended with results not in the workbook yet'),
  tsuiseki_batches_waiting: metric('Running batches that wait for something', 'for'),
  tsuiseki_save_waiting_seconds: metric('For how long the oldest save waits to be examined; 0: none'),

  tsuiseki_publishes_last_hour: metric('Publishes of the last hour', 'outcome'),
  tsuiseki_carrier_requests_last_hour: metric('Requests to carriers of the last hour', 'carrier', 'outcome'),
  tsuiseki_rows_last_hour: metric('Rows looked up in the last hour', 'task', 'outcome'),
  tsuiseki_unknown_texts_last_hour: metric("Of these, carriers' texts that nobody knows", 'task'),

  tsuiseki_parcel_alerts: metric('Parcels that need somebody', 'reason'),

  tsuiseki_call_limit: metric("The account's calls a window"),
  tsuiseki_calls: metric('Calls that count against it now, and those kept for downloads', 'kind'),
  tsuiseki_account_closed_seconds: metric('Until the account opens by itself; 0: it is open'),
  tsuiseki_account_held: metric('1: publishing is held for every batch'),
  tsuiseki_task_odd_jobs: metric('Odd jobs of a task since its last good one', 'task'),
  tsuiseki_task_held: metric('1: publishing is held for every batch of the task', 'task'),
  tsuiseki_carrier_held: metric('1: the carrier is not asked, for the answers it gave', 'carrier'),

  tsuiseki_notifications_last_hour: metric('Notifications of the last hour', 'source', 'outcome'),
  tsuiseki_webhook_to_database_seconds: metric(
    'From webhook to results in the database, last hour',
    'quantile',
  ),
  tsuiseki_unread_seconds: metric('For how long the oldest notification has been unread; 0: none'),
  tsuiseki_webhook_silence_seconds: metric('For how long jobs are at work without a webhook; 0: none are'),

  tsuiseki_requery_parcels: metric('Parcels that are asked again until they have arrived'),
  tsuiseki_requery_due_parcels: metric('Of these, due by now'),
  tsuiseki_requery_late_seconds: metric('For how long the one that waits longest has been due; 0: none is'),

  tsuiseki_queue_polled: metric('1: a worker asks for work of the queue', 'queue'),
  tsuiseki_queue_backlog: metric('Tasks that wait in the queue, as Temporal reckons', 'queue'),
  tsuiseki_schedule_ok: metric('1: the schedule has run well when it was to, or is too new', 'schedule'),
  tsuiseki_schedule_last_success_timestamp_seconds: metric(
    'When the last run that was well began',
    'schedule',
  ),
  tsuiseki_schedule_runs_total: metric('Runs begun since the schedule was made', 'schedule'),
  tsuiseki_schedule_skipped_total: metric('Runs skipped: the one before was not over', 'schedule'),
  tsuiseki_schedule_missed_total: metric('Runs missed: Temporal was away', 'schedule'),
  tsuiseki_schedule_failed: metric(
    'Runs on record, 30 days, that failed, took too long or were ended',
    'schedule',
  ),
  tsuiseki_schedule_failed_in_a_row: metric(
    'Latest runs that ended otherwise than well, ten at most',
    'schedule',
  ),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** One value, with its labels in the catalogue's order. */
export type Sample = readonly [name: MetricName, value: number, ...labels: string[]];
