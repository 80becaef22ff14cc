import type { Job } from '../db/jobs.ts';
import type { RowOutcome } from '../db/results.ts';
import type { JobLook } from '../db/task-drift.ts';
import type { WebscraperLookup } from '../tasks/lookup.ts';
import { lookOf } from '../tasks/oddity.ts';
import type { CsvRecord } from '../tasks/result.ts';
import type { CsvError } from '../webscraper/csv.ts';

/** Of a kept page only what tells of parcels: `forget` need not look there. */
const PERSONAL: ReadonlySet<string> = new Set(['order_number', 'email', 'office_account']);
const FILLED = '…';

/** How a job looks whose rows got results, or records that hold none of its task's fields. */
export function lookOfOutcomes(
  job: Job,
  outcomes: readonly RowOutcome[],
  lookup: WebscraperLookup,
  records: readonly CsvRecord[],
): JobLook {
  const looks = outcomes.flatMap(({ result }) => (result === null ? [] : [lookOf(result)]));
  const what = outcomes.find(({ error }) => error !== null)?.error ?? null;
  const isOdd = looks.length === 0 && what !== null;
  return {
    job,
    looks,
    oddity: isOdd ? { kind: 'no-fields', what } : null,
    page: () => pageOf(lookup, records),
  };
}

/** The records as they were read; of columns that the task does not read, and of personal ones, only whether they hold something. */
function pageOf({ resultColumns }: WebscraperLookup, records: readonly CsvRecord[]): string {
  const shown = new Set(resultColumns.filter((column) => !PERSONAL.has(column)));
  const line = (record: CsvRecord) =>
    Object.entries(record).map(([column, cell]) => (shown.has(column) || cell === '' ? cell : FILLED));
  return [Object.keys(records[0] ?? {}), ...records.map(line)].map((cells) => cells.join(',')).join('\n');
}

/** How a job looks whose download is no result of its task: a page is kept, of a CSV the header. */
export function lookOfCsvError(job: Job, error: CsvError, csv: Buffer): JobLook {
  const kind = error.code === 'CSV_NO_TASK_COLUMNS' ? 'no-columns' : 'other-page';
  const text = () => csv.toString();
  const page = error.code === 'CSV_IS_HTML' ? text : () => text().split('\n', 1).join('');
  return { job, looks: [], oddity: { kind, what: error.message }, page };
}

/** How a job looks that brought nothing: its pages were empty, or could not be loaded. */
export function lookOfNothing(job: Job, kind: 'empty' | 'page-failed', what: string): JobLook {
  return { job, looks: [], oddity: { kind, what }, page: null };
}
