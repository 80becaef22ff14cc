import { eq, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { batchFigures } from '../db/schema.ts';
import { filtered, rowReports } from './row-reports.ts';
import type { RowFilter, RowReport } from './row-reports.ts';

export interface RowPage {
  rows: RowReport[];
  /** How many the filter finds in all. */
  found: number;
  /** The number behind which it goes on; null: these are the last. */
  next: number | null;
}

/**
 * Some of a batch's rows, in the sheet's order, behind a row number. Rows that share a number, as one has left the sheet,
 * stay together.
 */
export async function rowPage(
  queries: Queries,
  batchId: string,
  filter: RowFilter,
  { after, limit }: { after: number; limit: number },
): Promise<RowPage> {
  const found = await rowReports(queries, batchId, filtered(filter), { after, most: limit + 1 });
  const further = found[limit]?.row ?? null;
  // All of them at once are found with the first page.
  if (further === null && after === 0) return { rows: found, found: found.length, next: null };
  const count = await countRows(queries, batchId, filter);
  if (further === null) return { rows: found, found: count, next: null };
  const rows = found.filter(({ row }) => row < further);
  if (rows.length > 0) return { rows, found: count, next: further - 1 };
  const together = await rowReports(queries, batchId, sql`${filtered(filter)} and r.row = ${further}`);
  return { rows: together, found: count, next: further };
}

/** Its figures know that of a state, and of all. */
async function countRows(queries: Queries, batchId: string, filter: RowFilter): Promise<number> {
  if (filter.reason == null && (filter.q ?? '').trim() === '') {
    const [figures] = await queries.select().from(batchFigures).where(eq(batchFigures.batchId, batchId));
    return figures?.[filter.state ?? 'total'] ?? 0;
  }
  const [found] = await queries.execute<{ count: number }>(
    sql`select count(*)::int as count from rows r where r.batch_id = ${batchId} and ${filtered(filter)}`,
  );
  return found?.count ?? 0;
}
