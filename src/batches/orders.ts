import { and, eq, isNull, sql } from 'drizzle-orm';
import { lockBatch, raiseRevision, recordAction } from '../db/batches.ts';
import type { NewAction } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { batches } from '../db/schema.ts';
import type { CancelOrder, PersonOrder } from '../db/schema.ts';

type Message<Order> = Order & { id: string };

/** Each takes effect once, by its id, and never on a batch that has ended. Run in a transaction. */
async function take(
  tx: Queries,
  batchId: string,
  action: NewAction['action'],
  { id, by, why }: Message<PersonOrder>,
  change: { paused?: unknown; cancelled?: unknown },
  details: string | null = null,
): Promise<void> {
  await lockBatch(tx, batchId);
  if (!(await recordAction(tx, { batchId, messageId: id, action, by, why, details }))) return;
  await tx
    .update(batches)
    .set(change as Partial<typeof batches.$inferInsert>)
    .where(and(eq(batches.id, batchId), isNull(batches.finishedAt)));
  await raiseRevision(tx, batchId);
}

const json = (value: object) => sql`${JSON.stringify(value)}::text::jsonb`;

/** Publishing is to stop until a resume; who paused first is told. */
export function takePause(tx: Queries, batchId: string, message: Message<PersonOrder>): Promise<void> {
  const { by, why } = message;
  return take(tx, batchId, 'pause', message, { paused: sql`coalesce(paused, ${json({ by, why })})` });
}

export function takeResume(tx: Queries, batchId: string, message: Message<PersonOrder>): Promise<void> {
  return take(tx, batchId, 'resume', message, { paused: null });
}

/** No more is to be published; a later cancel may only add that what is in flight is dropped. */
export function takeCancel(tx: Queries, batchId: string, message: Message<CancelOrder>): Promise<void> {
  const { by, why, drop } = message;
  const cancelled = drop ? json({ by, why, drop }) : sql`coalesce(cancelled, ${json({ by, why, drop })})`;
  return take(tx, batchId, 'cancel', message, { cancelled }, drop ? 'in flight dropped' : null);
}

/** Pauses a batch that would look up more than may go unasked. */
export async function holdBatch(tx: Queries, batchId: string, why: string): Promise<void> {
  const paused = sql`coalesce(paused, ${json({ by: 'tsuiseki', why })})`;
  await tx.update(batches).set({ paused }).where(eq(batches.id, batchId));
  await raiseRevision(tx, batchId);
}
