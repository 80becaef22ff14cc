import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { chooseRows } from '../../batches/choose-rows.ts';
import type { Meant } from '../../batches/choose-rows.ts';
import { giveUpRows } from '../../batches/give-up.ts';
import { writeNow } from '../../batches/write-now.ts';
import { batchFigures } from '../../db/batch-figures.ts';
import { changeBatch, hasWorkbook, isTaken } from '../../db/batches.ts';
import type { Batch } from '../../db/batches.ts';
import type { Queries } from '../../db/database.ts';
import { rowSelection } from '../../tasks/row-selection.ts';
import type { ApiDeps, Message } from './api-deps.ts';
import { ApiProblem } from './api-error.ts';
import type { Action, ActionDone } from './contract.ts';

export interface Order {
  action: Action;
  message: Message;
  meant: Meant;
  drop: boolean;
}

type Done = Omit<ActionDone, 'status'>;

/** A message of a workflow stays small: that are two thousand rows of which none stands beside another. */
const SELECTION_CHARACTERS = 16_000;
/** A batch that has ended is opened first. */
const TAKEN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** Does what a person orders, and gives what was taken and what was left, and why. */
export async function doAction(deps: ApiDeps, batch: Batch, order: Order): Promise<Done> {
  const { action, message, meant, drop } = order;
  switch (action) {
    case 'pause':
      return steered(deps, batch, () => deps.steering.pause(batch, message));
    case 'resume':
      return steered(deps, batch, () => deps.steering.resume(batch, message));
    case 'cancel':
      return steered(deps, batch, () => deps.steering.cancel(batch, { ...message, drop }));
    case 'retry':
      return retry(deps, batch, message, meant);
    case 'give-up':
      return giveUp(deps, batch, message, meant);
    case 'write':
      return write(deps, batch, message);
  }
}

async function steered(deps: ApiDeps, batch: Batch, steer: () => Promise<void>): Promise<Done> {
  if (batch.finishedAt !== null)
    throw new ApiProblem('NOT_NOW', `batch ${batch.id} has ended: ${batch.state}`);
  await steer();
  const { counts } = await batchFigures(deps.database.db, batch.id);
  return { took: counts.pending, leaves: [], written: null };
}

/** A message that was taken before does nothing again. */
const BEFORE: Done = { took: 0, leaves: [], written: null };

async function retry(deps: ApiDeps, batch: Batch, message: Message, meant: Meant): Promise<Done> {
  const { db } = deps.database;
  if (await isTaken(db, message.id)) return BEFORE;
  const { takes, leaves } = await chooseRows(db, batch, 'retry', meant);
  if (takes.length === 0)
    throw new ApiProblem('NOT_NOW', `batch ${batch.id}: none of these rows can be run again`);
  const latestJob = await latestJobOf(db, batch.id);
  const parts = selectionsOf(takes).map((rows, index, all) => ({
    // The last has the message's own: once that is taken, all are.
    id: index === all.length - 1 ? message.id : `${message.id} ${fingerprint(rows)}`,
    rows,
  }));
  for (const part of parts) await deps.steering.retry(batch, { ...message, ...part });
  for (const { id } of parts) await taken(db, id);
  const ids = takes.map(({ id }) => id);
  const [asked] = await db.execute<{ rows: number }>(sql`
    select count(distinct row_id)::int as rows from job_rows
    where row_id = any(${`{${ids.join(',')}}`}::bigint[]) and job_id > ${latestJob}`);
  return { took: asked?.rows ?? 0, leaves, written: null };
}

/** The same for the same rows: a part that was sent before is not taken twice. */
const fingerprint = (rows: string): string => createHash('sha256').update(rows).digest('base64url');

/** `3,7-9` in parts that a message takes. */
function selectionsOf(rows: readonly { row: number }[]): string[] {
  const parts: string[][] = [[]];
  let characters = 0;
  for (const run of rowSelection(rows.map(({ row }) => row)).split(',')) {
    characters += run.length + 1;
    if (characters > SELECTION_CHARACTERS) {
      parts.push([]);
      characters = run.length + 1;
    }
    parts.at(-1)?.push(run);
  }
  return parts.map((part) => part.join(','));
}

async function latestJobOf(queries: Queries, batchId: string): Promise<number> {
  const [found] = await queries.execute<{ id: number }>(
    sql`select coalesce(max(id), 0)::float8 as id from jobs where batch_id = ${batchId}`,
  );
  return found?.id ?? 0;
}

async function taken(queries: Queries, messageId: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < TAKEN_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    if (await isTaken(queries, messageId)) return;
    await delay(LOOK_EVERY_MS);
  }
  throw new ApiProblem(
    'NOT_NOW',
    'the retry is handed over, and no worker has taken it yet: it takes effect once one runs; "tsuiseki doctor" tells which is missing',
  );
}

async function giveUp(deps: ApiDeps, batch: Batch, message: Message, meant: Meant): Promise<Done> {
  const done = await changeBatch(deps.database.db, batch.id, async (tx): Promise<Done> => {
    if (await isTaken(tx, message.id)) return BEFORE;
    const { takes, leaves } = await chooseRows(tx, batch, 'give-up', meant);
    if (takes.length === 0)
      throw new ApiProblem('NOT_NOW', `batch ${batch.id}: none of these rows is still waited for`);
    await giveUpRows(
      tx,
      batch.id,
      takes.map(({ row }) => row),
      message,
    );
    return { took: takes.length, leaves, written: null };
  });
  await deps.steering.wake(batch);
  return done;
}

async function write(deps: ApiDeps, batch: Batch, message: Message): Promise<Done> {
  if (!hasWorkbook(batch))
    throw new ApiProblem('NOT_NOW', `batch ${batch.id} was started from rows: there is no workbook to write`);
  const { written, left } = await writeNow(deps, batch, message);
  if (batch.finishedAt === null) await deps.steering.wake(batch);
  return { took: written.length, leaves: [], written: { rows: written.length, left } };
}
