import { and, eq, isNull, sql } from 'drizzle-orm';
import type { CellOutcome } from '../workbook/types.ts';
import { anyOf } from './any-of.ts';
import type { Batch } from './batches.ts';
import type { Queries } from './database.ts';
import { batches, rows } from './schema.ts';

/** Rows of a workbook's batches that have the content of this table's row. */
const SAME_CONTENT = sql`md5(earlier.input) = md5(rows.input) and earlier.input = rows.input
  and earlier.email = rows.email and earlier.input_url is not distinct from rows.input_url`;

/**
 * Completed rows whose result no writeback has dealt with; `recorded` is the text last written for that content in
 * that workbook, by whichever batch.
 */
export function unwrittenRows(queries: Queries, batch: Batch) {
  const recorded = sql<string | null>`(
    select earlier.written from rows earlier join batches b on b.id = earlier.batch_id
    where ${SAME_CONTENT} and b.workbook = ${batch.workbook} and earlier.written is not null
    order by earlier.occurrence = rows.occurrence desc, earlier.written_at desc nulls last limit 1)`;
  return queries
    .select({ row: rows, recorded })
    .from(rows)
    .where(and(eq(rows.batchId, batch.id), eq(rows.state, 'completed'), isNull(rows.writtenAt)))
    .orderBy(rows.row);
}

/** What the sheet may say to a written result, by outcome. */
function warningsFor(column: string): Partial<Record<CellOutcome['outcome'], string>> {
  return {
    formula: `column ${column} holds a formula; left as it is`,
    person: `column ${column} holds a person's own text; left as it is`,
    gone: 'the row is no longer in the sheet; its result was not written',
  };
}

/**
 * Marks rows as dealt with, unless a newer result came meanwhile; rows found elsewhere get their new number. Warnings
 * are those of this writeback: an earlier one's are over.
 */
export async function markWritten(
  tx: Queries,
  column: string,
  outcomes: readonly (CellOutcome & { text: string })[],
): Promise<void> {
  const warnings = warningsFor(column);
  const earlier = sql`array(select warning from unnest(${rows.warnings}) warning
    where warning <> all(${sql.param(Object.values(warnings))}::text[]))`;
  for (const { id, outcome, row, text } of outcomes) {
    const warning = warnings[outcome];
    await tx
      .update(rows)
      .set({
        writtenAt: sql`case when ${rows.result} = ${text} then clock_timestamp() end`,
        warnings: warning === undefined ? earlier : sql`${earlier} || ${warning}::text`,
        ...(row === null ? {} : { row }),
        ...(warning === undefined ? { written: text } : {}),
      })
      .where(eq(rows.id, Number(id)));
  }
  const written = outcomes
    .filter(({ outcome }) => warnings[outcome] === undefined)
    .map(({ id }) => Number(id));
  if (written.length > 0) await correctEarlier(tx, written);
}

/** What other batches once wrote into the same cells stands there no longer. */
async function correctEarlier(tx: Queries, rowIds: readonly number[]): Promise<void> {
  await tx.execute(sql`
    update rows earlier set written = rows.written
    from rows join ${batches} own on own.id = rows.batch_id, ${batches} b
    where ${anyOf(rows.id, rowIds)} and b.id = earlier.batch_id and b.workbook = own.workbook and b.id <> own.id
      and ${SAME_CONTENT} and earlier.occurrence = rows.occurrence and earlier.written <> rows.written`);
}
