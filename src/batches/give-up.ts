import { and, eq, inArray } from 'drizzle-orm';
import { anyOf } from '../db/any-of.ts';
import { recordAction } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { dropGivenUp, OPEN_STATES } from '../db/jobs.ts';
import { jobRows, rows } from '../db/schema.ts';
import type { PersonOrder } from '../db/schema.ts';
import { TsuisekiError } from '../errors.ts';
import { firstOf, storable } from '../text.ts';

export class GiveUpError extends TsuisekiError<'ROWS_NOT_OPEN'> {}

/**
 * A person waits for these rows no longer: they fail, with who and why; a later result still counts. Jobs without another
 * open row are not published any more, nor waited for. Run in a transaction that holds the batch.
 *
 * @throws {GiveUpError} some of them are not open, or not there: named, and nothing is changed
 */
export async function giveUpRows(
  tx: Queries,
  batchId: string,
  numbers: readonly number[],
  { id: messageId, by, why }: PersonOrder & { id: string },
): Promise<void> {
  const named = await tx
    .select({ id: rows.id, row: rows.row, state: rows.state })
    .from(rows)
    .where(and(eq(rows.batchId, batchId), anyOf(rows.row, numbers)));
  const open = named.filter(({ state }) => OPEN_STATES.some((each) => each === state));
  refuseOthers(batchId, numbers, open, named);
  const details = firstOf(`rows ${numbers.join(', ')}`, 200);
  await recordAction(tx, { batchId, messageId, action: 'give up', by, why, details });
  const ids = open.map(({ id }) => id);
  await failRows(tx, ids, `given up by ${by}${why === null ? '' : `: ${why}`}`);
}

/** A person wants no more of rows that were chosen in the sheet: those not asked for yet fail. Run as {@link giveUpRows}. */
export async function dropPending(tx: Queries, rowIds: readonly number[], why: string): Promise<void> {
  const pending = await tx
    .select({ id: rows.id })
    .from(rows)
    .where(and(anyOf(rows.id, rowIds), eq(rows.state, 'pending')));
  await failRows(
    tx,
    pending.map(({ id }) => id),
    why,
  );
}

async function failRows(tx: Queries, ids: readonly number[], why: string): Promise<void> {
  await tx
    .update(rows)
    .set({ state: 'failed', error: storable(why) })
    .where(anyOf(rows.id, ids));
  const asking = tx.select({ id: jobRows.jobId }).from(jobRows).where(anyOf(jobRows.rowId, ids));
  await dropGivenUp(tx, (jobId) => inArray(jobId, asking));
}

function refuseOthers(
  batchId: string,
  numbers: readonly number[],
  open: readonly { row: number }[],
  named: readonly { row: number; state: string }[],
): void {
  const taken = new Set(open.map(({ row }) => row));
  const stateOf = new Map(named.map(({ row, state }) => [row, state]));
  const others = numbers.filter((row) => !taken.has(row));
  if (others.length === 0) return;
  const told = others.map((row) => `${row} (${stateOf.get(row) ?? 'not in it'})`).join(', ');
  throw new GiveUpError(
    'ROWS_NOT_OPEN',
    `batch ${batchId}: only rows that are pending, published or redirected can be given up, not ${firstOf(told, 300)}; nothing was changed`,
  );
}
