import { and, eq, sql } from 'drizzle-orm';
import type { WorkbookContent } from '../workbook/types.ts';
import type { Batch, NewBatch } from './batches.ts';
import type { Queries } from './database.ts';
import { givenRows } from './given-schema.ts';
import { batches } from './schema.ts';

type GivenContent = Pick<WorkbookContent, 'rows' | 'warnings'>;

/** For so long a start that is asked for again with the same key gives the same batch. */
const KEY_HOURS = 24;

/**
 * Writes a batch down with the rows it is given, which are still to be planned. Null: one was started with the same key
 * a short time ago. Run in a transaction.
 */
export async function insertGivenBatch(
  tx: Queries,
  batch: NewBatch,
  content: GivenContent,
): Promise<Batch | null> {
  if (batch.startKey != null)
    await tx
      .update(batches)
      .set({ startKey: null })
      .where(
        and(
          eq(batches.startKey, batch.startKey),
          sql`${batches.startedAt} < now() - make_interval(hours => ${KEY_HOURS})`,
        ),
      );
  const [inserted] = await tx
    .insert(batches)
    .values(batch)
    .onConflictDoNothing({ target: batches.startKey })
    .returning();
  if (inserted === undefined) return null;
  await tx.insert(givenRows).values({ batchId: inserted.id, content });
  return inserted;
}

export async function batchOfKey(queries: Queries, startKey: string): Promise<Batch | null> {
  return (await queries.query.batches.findFirst({ where: eq(batches.startKey, startKey) })) ?? null;
}

/** Takes the rows that a batch was given, once they are planned: they stand in `rows` then. */
export async function takeGivenRows(tx: Queries, batchId: string): Promise<GivenContent> {
  const [taken] = await tx.delete(givenRows).where(eq(givenRows.batchId, batchId)).returning();
  if (taken === undefined) throw new TypeError(`batch ${batchId} was given no rows`);
  return taken.content;
}
