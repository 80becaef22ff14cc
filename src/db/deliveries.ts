import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { raiseRevision } from './batches.ts';
import type { Queries } from './database.ts';
import { deliveries } from './given-schema.ts';
import { batches, rows } from './schema.ts';

/** As many rows as cause a writeback, by default. */
export const ROWS_A_DELIVERY = 10;

/** `body`: null once it was taken. */
export type Delivery = typeof deliveries.$inferSelect;

/** Rows that have ended, however, and of whose end whoever takes the results was not told. */
export const UNTOLD = sql`(rows.state = 'completed' and rows.written_at is null
  or rows.state in ('failed', 'invalid') and rows.shown is distinct from rows.to_show)`;

/** The numbers of the first of a batch's untold rows. */
export async function untoldRows(queries: Queries, batchId: string, limit: number): Promise<number[]> {
  const found = await queries
    .select({ row: rows.row })
    .from(rows)
    .where(and(eq(rows.batchId, batchId), UNTOLD))
    .orderBy(asc(rows.row))
    .limit(limit);
  return found.map(({ row }) => row);
}

/** The delivery that was made and not yet taken, as far as is known here; null: there is none. */
export async function deliveryUnderWay(queries: Queries, batchId: string): Promise<Delivery | null> {
  const where = and(eq(deliveries.batchId, batchId), isNull(deliveries.takenAt));
  return (await queries.query.deliveries.findFirst({ where })) ?? null;
}

export async function insertDelivery(
  tx: Queries,
  delivery: Pick<Delivery, 'id' | 'batchId' | 'rows' | 'done' | 'body'>,
): Promise<Delivery> {
  const [made] = await tx.insert(deliveries).values(delivery).returning();
  if (made === undefined) throw new TypeError('an insert returned no row');
  return made;
}

/**
 * A delivery was taken: its rows were told as they are, but for those that changed meanwhile. Run in a transaction that
 * holds the batch.
 */
export async function markTaken(tx: Queries, { id, batchId, body, done }: Delivery): Promise<void> {
  const [taken] = await tx
    .update(deliveries)
    .set({ takenAt: sql`clock_timestamp()`, body: null })
    .where(and(eq(deliveries.id, id), isNull(deliveries.takenAt)))
    .returning({ id: deliveries.id });
  if (taken === undefined) return;
  await tx.execute(sql`
    update rows set shown = rows.to_show,
      written_at = case when rows.state = 'completed' then clock_timestamp() else rows.written_at end
    from jsonb_to_recordset(${body}::text::jsonb -> 'rows') as told(row int, state text, result text, error text)
    where rows.batch_id = ${batchId} and rows.row = told.row and rows.state = told.state
      and rows.result is not distinct from told.result and rows.error is not distinct from told.error`);
  await markDone(tx, batchId, done);
}

/** Nobody takes results: its untold rows are told all the same. Run in a transaction that holds the batch. */
export async function markUntaken(tx: Queries, batchId: string, done: boolean): Promise<void> {
  await tx.execute(sql`
    update rows set shown = rows.to_show,
      written_at = case when rows.state = 'completed' then clock_timestamp() else rows.written_at end
    where rows.batch_id = ${batchId} and ${UNTOLD}`);
  await tx.delete(deliveries).where(and(eq(deliveries.batchId, batchId), isNull(deliveries.takenAt)));
  await markDone(tx, batchId, done);
}

export async function markDone(tx: Queries, batchId: string, resultsTold: boolean): Promise<void> {
  await tx.update(batches).set({ resultsTold }).where(eq(batches.id, batchId));
  await raiseRevision(tx, batchId);
}

/** When a row was delivered, and with which delivery, in time order. */
export async function deliveriesOf(
  queries: Queries,
  batchId: string,
  row: number,
): Promise<{ id: string; takenAt: Date }[]> {
  const found = await queries
    .select({ id: deliveries.id, takenAt: deliveries.takenAt })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.batchId, batchId),
        isNotNull(deliveries.takenAt),
        sql`${row} = any(${deliveries.rows})`,
      ),
    )
    .orderBy(asc(deliveries.takenAt));
  return found.flatMap(({ id, takenAt }) => (takenAt === null ? [] : [{ id, takenAt }]));
}
