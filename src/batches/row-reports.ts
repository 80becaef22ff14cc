import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { hintText } from '../carriers/other-carrier.ts';
import type { CarrierHint } from '../carriers/other-carrier.ts';
import type { Queries } from '../db/database.ts';
import { LAST_ROW } from '../tasks/row-selection.ts';
import type { ResultSource, RowState } from '../db/schema.ts';
import { CARRIER_RECORD, hintOf } from './carrier-record.ts';
import type { CarrierRecord } from './carrier-record.ts';
import { REASON_PATTERNS } from './reasons.ts';
import type { Reason } from './reasons.ts';
import { NOT_REGISTERED_DAY } from './status-words.ts';
import type { RowStatus } from './status-words.ts';

/** `rows --json` (interface section 2), with the reason as a code. */
export interface RowReport extends Record<string, unknown>, RowStatus {
  row: number;
  /** Null: its personal data was forgotten, as its url's. */
  input: string | null;
  url: string | null;
  state: RowState;
  source: ResultSource | null;
  /** Of its latest job. */
  customId: string | null;
  scrapingJobId: number | null;
  trackingNumber: string | null;
  result: string | null;
  error: string | null;
  /** What there is to mind, a hint at another carrier among it. */
  warnings: string[];
  reason: Reason | null;
  /** Which carrier perhaps has it, where the one that was asked does not know the number; null: no hint. */
  carrierHint: CarrierHint | null;
}

/** Its fields, as a CSV's columns. */
export const ROW_COLUMNS = [
  'row',
  'input',
  'url',
  'state',
  'source',
  'customId',
  'scrapingJobId',
  'trackingNumber',
  'status',
  'statusText',
  'result',
  'error',
  'warnings',
  'reason',
  'subStatus',
  'notRegisteredDay',
];

/** Which rows are meant; each that is set narrows it. */
export interface RowFilter {
  state?: RowState | null;
  reason?: Reason | null;
  /** A part of number, order, input or result; letters and digits count, not their width or what stands between digits. */
  q?: string | null;
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The code of `r.error`. Only failed and invalid rows have one that says why. */
export const REASON = sql.raw(
  `case when r.state not in ('failed', 'invalid') then null ${REASON_PATTERNS.map(
    ([reason, patterns]) =>
      `when ${patterns.map((each) => `r.error like ${literal(each)}`).join(' or ')} then ${literal(reason)}`,
  ).join(' ')} else 'other' end`,
);

/** A LIKE pattern that finds the text anywhere, its own wildcards taken as they are. */
export const containing = (text: string) => `%${text.replaceAll(/[%\\_]/g, String.raw`\$&`)}%`;

const asciiUpper = (text: string) => text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());

/**
 * Nothing is compared that need not be: a search that finds nothing reads every row. `upper` is for letters alone, by
 * the C collation, which knows ASCII's: `ilike` takes ten times as long.
 */
function searched(q: string): SQL {
  const wanted = asciiUpper(q.normalize('NFKC').trim());
  const text = containing(wanted);
  const column = (name: string) =>
    sql.raw(/[A-Z]/.test(wanted) ? `upper(r.${name} collate "C")` : `r.${name}`);
  const number = wanted.replaceAll(/[^0-9A-Z]/g, '');
  // Tracking numbers are kept as letters and digits alone.
  const kept = number.length < 4 ? text : containing(number);
  return sql`(r.tracking_number like ${kept} or ${column('input')} like ${text} or ${column('result')} like ${text})`;
}

/** The rows `r` that a filter means. */
export function filtered({ state = null, reason = null, q = null }: RowFilter): SQL {
  return sql.join(
    [
      sql`true`,
      ...(state === null ? [] : [sql`r.state = ${state}`]),
      // The states by themselves: an index has them.
      ...(reason === null ? [] : [sql`r.state in ('failed', 'invalid') and ${REASON} = ${reason}`]),
      ...(q === null || q.trim() === '' ? [] : [searched(q)]),
    ],
    sql` and `,
  );
}

interface FoundReport extends RowReport {
  carrierRecord: CarrierRecord | null;
}

/** Rows of a batch in the sheet's order. `which`: a condition on `rows r`. `page`: so many at most, behind a row number. */
export async function rowReports(
  queries: Queries,
  batchId: string,
  which: SQL = sql`true`,
  page: { after: number; most: number } = { after: 0, most: LAST_ROW },
): Promise<RowReport[]> {
  const { after, most } = page;
  const found = await queries.execute<FoundReport>(sql`
    select r.row, case when r.forgotten_at is null then r.input end as input, r.url, r.state, r.source, j.custom_id as "customId",
           j.scraping_job_id::float8 as "scrapingJobId", r.tracking_number as "trackingNumber", r.status,
           r.status_text as "statusText", r.result, r.error, r.warnings, ${REASON} as reason,
           r.sub_status as "subStatus", (${NOT_REGISTERED_DAY})::int as "notRegisteredDay",
           (${CARRIER_RECORD}) as "carrierRecord"
    from (select * from (
        -- Not taken apart, thanks to its offset: read in order of the index, which ends with the last row that is wanted.
        select * from rows r where r.batch_id = ${batchId} and r.row > ${after} order by r.row offset 0) r
      where ${which} limit ${most}) r
    left join lateral (
      select jobs.custom_id, jobs.scraping_job_id from job_rows join jobs on jobs.id = job_rows.job_id
      where job_rows.row_id = r.id order by jobs.id desc limit 1) j on true
    order by r.row, r.id`);
  return found.map(({ carrierRecord, ...report }): RowReport => {
    const hint = hintOf(carrierRecord, report);
    const warnings = hint === null ? report.warnings : [...report.warnings, hintText(hint)];
    return { ...report, warnings, carrierHint: hint };
  });
}

/** A condition: rows with these numbers in the sheet. */
export const numbered = (numbers: readonly number[]): SQL =>
  sql`r.row = any(${`{${numbers.join(',')}}`}::int[])`;

/** Why rows of a batch have no result, the most first, each with one of the texts. */
export interface ReasonCount {
  reason: Reason;
  state: 'failed' | 'invalid';
  rows: number;
  example: string;
}

export function reasonCounts(queries: Queries, batchId: string): Promise<ReasonCount[]> {
  return queries.execute<ReasonCount & Record<string, unknown>>(sql`
    select ${REASON} as reason, r.state, count(*)::int as rows, min(coalesce(r.error, '')) as example
    from rows r where r.batch_id = ${batchId} and r.state in ('failed', 'invalid')
    group by 1, 2 order by 3 desc, 1`);
}
