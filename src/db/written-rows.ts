import { and, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { CellOutcome } from '../workbook/types.ts';
import { anyOf } from './any-of.ts';
import type { Batch } from './batches.ts';
import type { Queries } from './database.ts';
import { batches, rows } from './schema.ts';

/**
 * Rows that have the content of this table's row. `offset 0` keeps the planner from going through all of a workbook's
 * rows for each: just written down, a table has no statistics, and 20,000 rows took half a minute.
 */
const EARLIER = sql`(select * from rows same where md5(same.input) = md5(rows.input) and same.input = rows.input
  and same.email = rows.email and same.input_url is not distinct from rows.input_url offset 0) earlier`;

/**
 * Rows that the workbook is behind of: completed ones whose result no writeback has dealt with, and, where there is a
 * status column, those of which it says something else. `recorded` is the text last written for that content in that
 * workbook, by whichever batch; where the same text is written once more, what it replaced: an old editor's save has
 * brought that back.
 */
export function rowsToWrite(queries: Queries, batch: Batch) {
  const recorded = sql<string | null>`(
    select earlier.written from ${EARLIER} join batches b on b.id = earlier.batch_id
    where b.workbook = ${batch.workbook} and earlier.written is not null
    order by earlier.occurrence = rows.occurrence desc, earlier.written_at desc nulls last limit 1)`;
  const unwritten = and(eq(rows.state, 'completed'), isNull(rows.writtenAt));
  const unshown = sql`${rows.shown} is distinct from ${rows.toShow}`;
  return queries
    .select({
      row: rows,
      unwritten: sql<boolean>`${unwritten}`,
      recorded: sql<string | null>`case when not ${unwritten} then null
        when ${rows.written} = ${rows.result} and ${rows.replaced} <> '' then ${rows.replaced} else ${recorded} end`,
    })
    .from(rows)
    .where(
      and(
        eq(rows.batchId, batch.id),
        isNull(rows.forgottenAt),
        batch.columns.status === null ? unwritten : or(unwritten, unshown),
      ),
    )
    .orderBy(rows.row);
}

/** When a row was last asked for. */
const askedAt = (row: string) =>
  sql.raw(`(select max(j.published_at) from job_rows jr join jobs j on j.id = jr.job_id
  where jr.row_id = ${row}.id)`);

/**
 * A late result that is older than what a newer batch has of the same content stays out of the workbook: marks such rows
 * of a batch as dealt with, and says so. Run before {@link rowsToWrite}.
 */
export async function setAsideOlder(queries: Queries, batch: Batch): Promise<void> {
  await queries.execute(sql`
    update rows set written_at = clock_timestamp(), warnings = array_append(warnings, ${OLDER})
    where rows.batch_id = ${batch.id} and rows.state = 'completed' and rows.written_at is null
      and exists (select from ${EARLIER} join batches b on b.id = earlier.batch_id
        where earlier.occurrence = rows.occurrence and b.workbook = ${batch.workbook}
          and b.id <> ${batch.id} and earlier.state = 'completed' and ${askedAt('earlier')} > ${askedAt('rows')})`);
}

const OLDER = 'a newer batch has a newer result of this row; this one was not written';

/** In the warning of a row that is settled by hand. */
export const PERSONS_TEXT = "holds a person's own text";

/** What the sheet may say to a written result, by outcome. */
export function warningsFor(column: string): Partial<Record<CellOutcome['outcome'], string>> {
  return {
    formula: `column ${column} holds a formula; left as it is`,
    person: `column ${column} ${PERSONS_TEXT}; left as it is`,
    gone: 'the row is no longer in the sheet; its result was not written',
  };
}

/** Whether people have taken a row out of our hands: a text of their own stands in its cell, or it has left the sheet. */
export function isTakenByPeople(column: string, warnings: readonly string[]): boolean {
  const { person, gone } = warningsFor(column);
  return warnings.some((warning) => warning === person || warning === gone);
}

/** What a writeback did to a row: its result's text and what the status column was to say; null where it was not asked. */
export type WrittenRow = Pick<CellOutcome, 'id' | 'outcome' | 'row' | 'before'> & {
  text: string | null;
  shown: string | null;
};

/**
 * Marks rows as dealt with, unless a newer result came meanwhile; rows found elsewhere get their new number. Warnings
 * are those of this writeback: an earlier one's are over. Run in a transaction that holds the workbook's batches.
 */
export async function markWritten(
  tx: Queries,
  column: string,
  written: readonly WrittenRow[],
): Promise<void> {
  const warnings = warningsFor(column);
  const list = written.map((row) => ({ ...row, warning: warnings[row.outcome] ?? null }));
  await tx.execute(sql`
    update rows set
      row = coalesce(done.row, rows.row),
      shown = coalesce(done.shown, rows.shown),
      written_at = case when done.text is null then rows.written_at
                        when rows.result = done.text then clock_timestamp() end,
      written = case when done.text is null or done.warning is not null then rows.written else done.text end,
      replaced = case when done.outcome = 'written' then done.before else rows.replaced end,
      warnings = case when done.text is null then rows.warnings else array(
        select warning from unnest(rows.warnings) warning
        where warning <> all(${sql.param(Object.values(warnings))}::text[])
      ) || case when done.warning is null then '{}'::text[] else array[done.warning] end end
    from jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb)
      as done(id bigint, outcome text, row int, before text, text text, shown text, warning text)
    where rows.id = done.id`);
  await correctEarlier(
    tx,
    list.flatMap(({ id, text, warning }) => (text === null || warning !== null ? [] : [Number(id)])),
  );
}

/** What other batches once wrote into the same cells stands there no longer. */
async function correctEarlier(tx: Queries, rowIds: readonly number[]): Promise<void> {
  if (rowIds.length === 0) return;
  await tx.execute(sql`
    update rows set written = newer.written from (
      select earlier.id, rows.written from rows join batches own on own.id = rows.batch_id
      cross join lateral ${EARLIER} join batches b on b.id = earlier.batch_id
      where ${anyOf(rows.id, rowIds)} and b.workbook = own.workbook and b.id <> own.id
        and earlier.occurrence = rows.occurrence and earlier.written <> rows.written) newer
    where rows.id = newer.id`);
}

/**
 * Has the results of rows written once more, with the next writeback of their batches; gives those batches. Run in a
 * transaction that holds the workbook's batches.
 */
export async function writeAgain(tx: Queries, rowIds: readonly number[]): Promise<string[]> {
  const again = await tx
    .update(rows)
    .set({ writtenAt: null })
    .where(and(anyOf(rows.id, rowIds), isNull(rows.forgottenAt)))
    .returning({ batchId: rows.batchId });
  const batchIds = [...new Set(again.map(({ batchId }) => batchId))];
  // Long ended as it may be: from now on the sweep tries for so many days again.
  await tx
    .update(batches)
    .set({ openedAt: sql`clock_timestamp()` })
    .where(and(inArray(batches.id, batchIds), isNotNull(batches.finishedAt)));
  return batchIds;
}

/** How long an ended batch's last results wait for a workbook that cannot be written. */
const WAITING_DAYS = 7;

/** Batches that ended lately, or were lately told to write again, with results not yet written or delivered. */
export async function endedUnwritten(queries: Queries): Promise<string[]> {
  const found = await queries.execute<{ id: string }>(sql`
    select b.id from batch_figures f join batches b on b.id = f.batch_id
    where (f.unwritten > 0 or b.workbook is null and (not b.results_told or exists (select from rows
        where batch_id = b.id and rows.state in ('failed', 'invalid') and shown is distinct from to_show)))
      and b.finished_at is not null and greatest(b.finished_at, b.opened_at) >= now() - make_interval(days => ${WAITING_DAYS})`);
  return found.map(({ id }) => id);
}
