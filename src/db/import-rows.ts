import { eq, inArray } from 'drizzle-orm';
import { planUrls } from '../tasks/plan-urls.ts';
import { understandRow } from '../tasks/understand-row.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { WorkbookContent } from '../workbook/types.ts';
import type { Batch } from './batches.ts';
import type { Queries } from './database.ts';
import { jobRows, jobs, rows } from './schema.ts';

/** Rows a statement: 20 columns each stay below Postgres's 65,535 parameters. */
const ROWS_PER_INSERT = 1_000;

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/**
 * Writes a workbook's rows down and plans their jobs, in order; replaces what an interrupted import left. Run in a
 * transaction. A redirected or retried job gets a later `seq`.
 */
export async function importRows(
  tx: Queries,
  batch: Batch,
  task: TrackingTask,
  content: WorkbookContent,
  sitemapId: number,
  urlsPerJob: number,
): Promise<void> {
  await tx.delete(jobs).where(eq(jobs.batchId, batch.id));
  await tx.delete(rows).where(eq(rows.batchId, batch.id));
  const chosen = batch.chosenRows === null ? null : new Set(batch.chosenRows);
  const wanted = content.rows.filter((row) => chosen === null || chosen.has(row.row));
  const readings = wanted.map((row) => understandRow(task, row));
  const planned = planUrls(task, readings);
  const urlOfRow = new Map(
    planned.flatMap((url) => url.rowIndexes.map((index) => [index, url.url] as const)),
  );
  const values = wanted.map((row, index) => {
    const reading = readings[index];
    if (reading === undefined) throw new TypeError(`row ${row.row} was not understood`);
    return {
      batchId: batch.id,
      row: row.row,
      input: row.input,
      inputUrl: row.inputUrl,
      email: row.email,
      occurrence: row.occurrence,
      state: reading.valid ? ('pending' as const) : ('invalid' as const),
      url: urlOfRow.get(index) ?? null,
      trackingNumber: reading.valid ? reading.trackingNumber : null,
      error: reading.valid ? null : reading.error,
      warnings: [...row.warnings, ...reading.warnings],
    };
  });
  const rowIds: number[] = [];
  for (const chunk of chunks(values, ROWS_PER_INSERT)) {
    const inserted = await tx.insert(rows).values(chunk).returning({ id: rows.id });
    rowIds.push(...inserted.map((row) => row.id));
  }
  const groups = [...chunks(planned, urlsPerJob)];
  const newJobs = groups.map((group, index) => ({
    batchId: batch.id,
    seq: index + 1,
    customId: `${task.customIdPrefix}-${batch.id}-${index + 1}`,
    task: task.name,
    sitemapId,
    startUrls: group.map((url) => url.url),
  }));
  for (const chunk of chunks(newJobs, ROWS_PER_INSERT)) {
    const inserted = await tx.insert(jobs).values(chunk).returning({ id: jobs.id, seq: jobs.seq });
    const links = inserted.flatMap(({ id, seq }) =>
      (groups[seq - 1] ?? []).flatMap((url) =>
        url.rowIndexes.map((index) => ({ jobId: id, rowId: rowIds[index] ?? 0, url: url.url })),
      ),
    );
    for (const part of chunks(links, 10 * ROWS_PER_INSERT)) await tx.insert(jobRows).values(part);
  }
}

/** Rows of the given jobs, for messages and results. */
export function rowsOfJobs(tx: Queries, jobIds: readonly number[]) {
  return tx
    .select({ jobId: jobRows.jobId, url: jobRows.url, row: rows })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(inArray(jobRows.jobId, [...jobIds]))
    .orderBy(rows.row);
}
