import { and, eq } from 'drizzle-orm';
import { anyOf } from './any-of.ts';
import type { Queries } from './database.ts';
import { jobRows, rows } from './schema.ts';

export type Row = typeof rows.$inferSelect;

export function rowsById(queries: Queries, ids: readonly number[]): Promise<Row[]> {
  return queries.query.rows.findMany({ where: anyOf(rows.id, ids), orderBy: [rows.row] });
}

/** Whether a job that came to its end left a row without its result: then a later notification is worth reading. */
export async function hasFailedRows(queries: Queries, jobId: number): Promise<boolean> {
  const [failed] = await queries
    .select({ id: rows.id })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(and(eq(jobRows.jobId, jobId), eq(rows.state, 'failed')))
    .limit(1);
  return failed !== undefined;
}

/** Whether none of a job's rows has a result. */
export async function gaveNothing(queries: Queries, jobId: number): Promise<boolean> {
  const [given] = await queries
    .select({ id: rows.id })
    .from(jobRows)
    .innerJoin(rows, eq(rows.id, jobRows.rowId))
    .where(and(eq(jobRows.jobId, jobId), eq(rows.state, 'completed')))
    .limit(1);
  return given === undefined;
}
