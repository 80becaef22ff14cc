import { basename } from 'node:path';
import { NO_ROWS } from '../db/batch-figures.ts';
import type { BatchCounts } from '../db/batch-figures.ts';
import type { Queries } from '../db/database.ts';
import { rowsById } from '../db/rows.ts';
import type { Row } from '../db/rows.ts';
import type { FileStore } from '../files/types.ts';
import { withDownload } from '../files/with-download.ts';
import { columnsOf } from '../settings/by-task.ts';
import type { Settings } from '../settings/settings.ts';
import { ANSWERED, planSubjects, urlsOfRows } from '../tasks/plan-subjects.ts';
import type { RowReading, TrackingTask } from '../tasks/types.ts';
import { understandRow } from '../tasks/understand-row.ts';
import { readWorkbookApart } from '../workbook/apart/apart.ts';
import type { WorkbookRow } from '../workbook/types.ts';
import { answersOnRecord } from './answers-on-record.ts';
import { forecastSubjects } from './forecast-subjects.ts';
import type { Cost } from './forecast-subjects.ts';
import type { GivenRows } from './given-rows/read-rows.ts';
import { reasonOf } from './reasons.ts';
import type { RowReport } from './row-reports.ts';
import { startableTask, startTarget } from './start-target.ts';

export interface DryRunRequest {
  workbook: string;
  /** Rows without a workbook; null: those of the workbook. */
  given: GivenRows | null;
  task: string | null;
  /** Sheet row numbers; null: all. */
  chosen: number[] | null;
  fresh: boolean;
}

/** What `start --dry-run` prints. */
export interface DryRun extends Cost {
  rows: RowReport[];
  counts: BatchCounts;
}

export interface DryRunDeps {
  settings: Settings;
  files: FileStore;
  /** Null: what is known of rows, and what else runs, is left out. */
  queries: Queries | null;
}

/** A result on record, which a row has without being asked for. */
type Known = Pick<Row, 'trackingNumber' | 'status' | 'statusText' | 'subStatus' | 'result'>;

/** What is known of each row without asking; nothing without a database. */
async function knownRows(
  queries: Queries | null,
  target: { workbook: string | null; task: TrackingTask },
  rows: readonly WorkbookRow[],
  readings: readonly RowReading[],
): Promise<(Known | null)[]> {
  if (queries === null) return rows.map(() => null);
  const answers = await answersOnRecord(queries, target, rows, readings);
  const known = await rowsById(
    queries,
    answers.flatMap((answer) => (answer === null || answer.from === 'parcel' ? [] : [answer.rowId])),
  );
  const byId = new Map(known.map((row) => [row.id, row]));
  return answers.map((answer) => {
    if (answer === null) return null;
    if (answer.from !== 'parcel') return byId.get(answer.rowId) ?? null;
    const { trackingNumber, text: result, judgement } = answer;
    const { status, subStatus, event } = judgement;
    return { trackingNumber, result, status, subStatus, statusText: event?.stateText ?? null };
  });
}

function reportOf(
  { row, input, warnings }: WorkbookRow,
  reading: RowReading | undefined,
  url: string | null,
  known: Known | null,
): RowReport {
  const valid = reading?.valid === true;
  const error = reading?.valid === false ? reading.error : null;
  return {
    row,
    input,
    url,
    state: known !== null ? 'completed' : valid ? 'pending' : 'invalid',
    source: known === null ? null : 'record',
    customId: null,
    scrapingJobId: null,
    trackingNumber: known?.trackingNumber ?? (valid ? reading.trackingNumber : null),
    status: known?.status ?? null,
    statusText: known?.statusText ?? null,
    subStatus: known?.subStatus ?? null,
    // Its parcel has been on its way.
    notRegisteredDay: null,
    carrierHint: null,
    result: known?.result ?? null,
    error,
    warnings: [...warnings, ...(reading?.warnings ?? [])],
    reason: error === null ? null : reasonOf(error),
  };
}

/** The rows that are meant, in a workbook or without one. */
async function sourceOf({ settings, files }: DryRunDeps, request: DryRunRequest) {
  const { given, task: name } = request;
  if (given !== null && name !== null)
    return { task: startableTask(name), workbook: null, rows: given.content.rows };
  const { task, path: workbook } = await startTarget(files, request);
  const { signedWorkbooks } = settings;
  const options = { columns: columnsOf(settings, task), name: basename(workbook), signedWorkbooks };
  const { rows } = await withDownload(files, workbook, ({ path }) => readWorkbookApart(path, options));
  return { task, workbook, rows };
}

/** The rows as `rows` would show them, and what they would cost; nothing is started, no server is needed. */
export async function dryRun(deps: DryRunDeps, request: DryRunRequest): Promise<DryRun> {
  const { settings, queries } = deps;
  const { task, workbook, rows: all } = await sourceOf(deps, request);
  const { chosen } = request;
  const wanted = all.filter(({ row }) => chosen === null || chosen.includes(row));
  const readings = wanted.map((row) => understandRow(task, row));
  const known = await knownRows(request.fresh ? null : queries, { workbook, task }, wanted, readings);
  const planned = planSubjects(
    task,
    readings.map((reading, index) => (known[index] == null ? reading : ANSWERED)),
  );
  const urls = urlsOfRows(task, planned);
  const rows = wanted.map((row, index) =>
    reportOf(row, readings[index], urls.get(index) ?? null, known[index] ?? null),
  );
  const count = (state: string) => rows.filter((row) => row.state === state).length;
  const [pending, completed, invalid] = [count('pending'), count('completed'), count('invalid')];
  const counts = { ...NO_ROWS, total: rows.length, pending, completed, invalid };
  return { rows, counts, ...(await forecastSubjects(queries, settings, task, planned.length)) };
}
