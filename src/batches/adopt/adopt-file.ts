import { errorMessage } from '../../errors.ts';
import { taskByName } from '../../tasks/registry.ts';
import { TaskError } from '../../tasks/types.ts';
import type { TaskName, TrackingTask } from '../../tasks/types.ts';
import { firstOf } from '../../text.ts';
import { isBlank } from '../../workbook/sheet/row-identity.ts';
import { isOwnCustomId } from '../custom-id.ts';
import { recordsOf } from '../given-rows/csv-records.ts';
import { startableTask } from '../start-target.ts';
import { AdoptError, refusedLine } from './adopt-error.ts';

/** A row that a job of another system asks for. Many may share a job. */
export interface AdoptLine {
  /** Of the file; the header is line 1. */
  line: number;
  customId: string;
  scrapingJobId: number;
  /** The workbook's. */
  task: TrackingTask;
  /** The job's own: the redirect's, where the other system has redirected it. */
  jobTask: TaskName;
  /** As written; null: none. */
  workbook: string | null;
  a: string;
  b: string;
}

const COLUMNS = ['custom_id', 'scrapingjob_id', 'task', 'workbook', 'a', 'b'] as const;
type Column = (typeof COLUMNS)[number];

/** Fifteen digits are kept whole by every program that had the file in between. */
const JOB_ID = /^[1-9]\d{0,14}$/;
const CUSTOM_ID = /^\P{C}{1,255}$/u;
const QUOTED_CHARACTERS = 60;

/**
 * The lines of a CSV of another system's jobs, blank ones passed over. A job has one custom_id, one task and one workbook.
 *
 * @throws {RowsError} it is no CSV
 * @throws {AdoptError} a column is missing, or a line cannot be taken
 * @throws {TaskError} a line's task is unknown, or none that is started
 */
export function adoptLines(text: string, name: string): AdoptLine[] {
  const [header = [], ...records] = recordsOf(text, name);
  const cellOf = columnsIn(header, name);
  const lines: AdoptLine[] = [];
  let line = 1 + linesOf(header);
  for (const record of records) {
    if (record.some((cell) => cell.trim() !== ''))
      lines.push(lineOf(line, (column) => cellOf(record, column)));
    line += linesOf(record);
  }
  if (lines.length === 0)
    throw new AdoptError('ADOPT_REFUSED', `${name} has no line below its header; nothing was adopted`);
  checkJobs(lines);
  return lines;
}

/** A text in quotation marks may hold line breaks. */
const linesOf = (record: readonly string[]): number => 1 + (record.join('').match(/\r\n?|\n/g)?.length ?? 0);

function columnsIn(
  header: readonly string[],
  name: string,
): (record: readonly string[], column: Column) => string {
  const names = header.map((each) => each.trim().toLowerCase());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new AdoptError(
      'ADOPT_REFUSED',
      `${name}: line 1: the header names no ${missing.join(', ')}; it has to name ${COLUMNS.join(',')}; nothing was adopted`,
    );
  return (record, column) => record[names.indexOf(column)] ?? '';
}

function lineOf(line: number, cell: (column: Column) => string): AdoptLine {
  const [customId, jobId, taskName, workbook] = (
    ['custom_id', 'scrapingjob_id', 'task', 'workbook'] as const
  ).map((column) => cell(column).trim()) as [string, string, string, string];
  const [a, b] = [cell('a'), cell('b')];
  if (!CUSTOM_ID.test(customId))
    throw refusedLine(line, 'the custom_id has to be 1 to 255 characters, none of them a control character');
  if (isOwnCustomId(customId))
    throw refusedLine(line, `custom_id ${quoted(customId)} is one of ours, not another system's`);
  if (!JOB_ID.test(jobId))
    throw refusedLine(line, `scrapingjob_id ${quoted(jobId)} is no whole number of 1 to 15 digits`);
  if (isBlank(a, b, false)) throw refusedLine(line, 'a and b are empty');
  const task = taskOf(line, taskName);
  return {
    line,
    customId,
    scrapingJobId: Number(jobId),
    task,
    jobTask: jobTaskOf(line, task, customId),
    workbook: workbook === '' ? null : workbook,
    a,
    b,
  };
}

function taskOf(line: number, name: string): TrackingTask {
  try {
    return startableTask(name);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    const text = `line ${line}: ${errorMessage(error)}; nothing was adopted`;
    throw new TaskError(error.code, text, { cause: error });
  }
}

function jobTaskOf(line: number, { name, lookup }: TrackingTask, customId: string): TaskName {
  if (lookup.by === 'carrier')
    throw refusedLine(line, `${name} asks ${lookup.carrier} itself and has no scraping jobs; start it anew`);
  const { redirectsTo } = lookup;
  if (redirectsTo === null) return name;
  return customId.startsWith(`${taskByName(redirectsTo).customIdPrefix}-from-`) ? redirectsTo : name;
}

/** What lines of one job, or of one custom_id, have to share. */
function checkJobs(lines: readonly AdoptLine[]): void {
  const firstOfJob = new Map<number, AdoptLine>();
  const firstOfId = new Map<string, AdoptLine>();
  for (const each of lines) {
    const { line, scrapingJobId, customId, task, workbook } = each;
    const job = firstOfJob.get(scrapingJobId) ?? each;
    firstOfJob.set(scrapingJobId, job);
    const differs =
      (job.customId !== customId && 'custom_id') ||
      (job.task.name !== task.name && 'task') ||
      (job.workbook !== workbook && 'workbook');
    if (differs !== false)
      throw refusedLine(line, `scraping job ${scrapingJobId} has another ${differs} in line ${job.line}`);
    const named = firstOfId.get(customId) ?? each;
    firstOfId.set(customId, named);
    if (named.scrapingJobId !== scrapingJobId)
      throw refusedLine(line, `custom_id ${quoted(customId)} has another scraping job in line ${named.line}`);
  }
}

const quoted = (text: string): string => JSON.stringify(firstOf(text, QUOTED_CHARACTERS));
