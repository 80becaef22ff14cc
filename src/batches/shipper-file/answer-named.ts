import { eq, sql } from 'drizzle-orm';
import { changeBatch, findBatch, recordAction } from '../../db/batches.ts';
import { anyOf, jsonList } from '../../db/any-of.ts';
import { learntTexts } from '../../db/carrier-texts.ts';
import type { Database, Queries } from '../../db/database.ts';
import { recordedParcels } from '../../db/parcel-record.ts';
import { batches, jobs } from '../../db/schema.ts';
import type { PersonOrder } from '../../db/schema.ts';
import { taskByName } from '../../tasks/registry.ts';
import type { Shows } from '../../tasks/task-entry.ts';
import type { TaskName } from '../../tasks/types.ts';
import { firstOf, lineFeeds, storable } from '../../text.ts';
import { parcelAnswer } from '../answers-on-record.ts';
import type { ParcelAnswer } from '../answers-on-record.ts';
import { namedRows } from './named-rows.ts';
import type { NamedRow } from './named-rows.ts';

/** What rows have, or would have, of their parcels. */
export interface AnsweredRows {
  /** Without a result until now. */
  answered: NamedRow[];
  /** With an older one. */
  updated: NamedRow[];
  /** Left alone: asking tells more than is known of their parcels. */
  left: NamedRow[];
}

interface Answered {
  row: NamedRow;
  answer: ParcelAnswer;
}

/** A clean job is a publish and a download. */
export const CALLS_A_JOB = 2;

/**
 * Gives a batch's rows what is known of these parcels: a running one publishes less, an ended one's workbook is written
 * again. `from`: whose order it is, and the file's name.
 */
export function answerBatch(
  db: Database['db'],
  batchId: string,
  numbers: readonly string[],
  from: Pick<PersonOrder, 'by'> & { file: string },
): Promise<AnsweredRows & { jobIds: number[] }> {
  return changeBatch(db, batchId, async (tx) => {
    const batch = await findBatch(tx, batchId);
    const { known, ...answers } = await knownOf(tx, numbers, batchId);
    const count = answers.answered.length + answers.updated.length;
    if (batch === null || count === 0) return { ...answers, jobIds: [] };
    const jobIds = await jobsSpared(
      tx,
      answers.answered.map(({ id }) => id),
    );
    await writeAnswers(tx, known);
    await tx
      .update(jobs)
      .set({ state: 'completed', owesDownload: false, finishedAt: sql`clock_timestamp()` })
      .where(anyOf(jobs.id, jobIds));
    const spared = answers.answered.filter(({ state }) => state === 'pending').length;
    await tx
      .update(batches)
      .set({
        rowsFromRecord: sql`${batches.rowsFromRecord} + ${spared}`,
        callsSaved: sql`${batches.callsSaved} + ${jobIds.length * CALLS_A_JOB}`,
        // Long ended as it may be: from now on the sweep tries for some days again to write its workbook.
        ...(batch.finishedAt === null ? {} : { openedAt: sql`clock_timestamp()` }),
      })
      .where(eq(batches.id, batchId));
    const rows = known.map(({ row }) => row.row).join(', ');
    const details = firstOf(`${from.file}: rows ${rows}`, 500);
    await recordAction(tx, { batchId, action: 'import', by: from.by, why: null, details });
    return { ...answers, jobIds };
  });
}

/** What {@link answerBatch} would do, to all batches. */
export async function answersOf(queries: Queries, numbers: readonly string[]): Promise<AnsweredRows> {
  const { known: _, ...answers } = await knownOf(queries, numbers, null);
  return answers;
}

async function knownOf(
  queries: Queries,
  numbers: readonly string[],
  batchId: string | null,
): Promise<AnsweredRows & { known: Answered[] }> {
  const named = await namedRows(queries, numbers, batchId);
  const none: AnsweredRows & { known: Answered[] } = {
    known: [],
    answered: [],
    updated: [],
    left: [],
  };
  if (named.length === 0) return none;
  const keys = [...new Set(named.map(({ number }) => number))].map(
    (number) => ({ carrier: 'japan_post', number, orderNumber: '' }) as const,
  );
  const parcels = new Map(
    [...(await recordedParcels(queries, keys)).values()].flat().map((parcel) => [parcel.id, parcel]),
  );
  const learnt = await learntTexts(queries);
  for (const row of named) {
    const parcel = parcels.get(row.parcelId);
    const shows = showsOf(row.task);
    const answer = parcel === undefined || shows === null ? null : parcelAnswer(parcel, shows, learnt);
    if (answer === null) none.left.push(row);
    else {
      none.known.push({ row, answer });
      (row.state === 'completed' ? none.updated : none.answered).push(row);
    }
  }
  return none;
}

/** How a row of the task shows a parcel of Japan Post, also where its order went by it only in the end. */
function showsOf(name: TaskName): Shows | null {
  const { shows, lookup } = taskByName(name);
  if (shows?.carrier === 'japan_post') return shows;
  const other = lookup.by === 'webscraper' ? lookup.redirectsTo : null;
  return other === null ? null : (taskByName(other).shows ?? null);
}

/** Jobs that need not be published: their rows, once these are answered, wait for nothing. */
export async function jobsSpared(queries: Queries, rowIds: readonly number[]): Promise<number[]> {
  if (rowIds.length === 0) return [];
  const found = await queries.execute<{ id: number }>(sql`
    with answered as (select unnest(${sql.param(`{${rowIds.join(',')}}`)}::bigint[]) as row_id)
    select j.id::float8 as id from jobs j
    where j.state = 'pending' and j.id in (select job_id from job_rows join answered using (row_id))
      and not exists (select from job_rows link join rows r on r.id = link.row_id where link.job_id = j.id
        and r.state in ('pending', 'published', 'redirected') and r.id not in (select row_id from answered))`);
  return found.map(({ id }) => id);
}

async function writeAnswers(tx: Queries, known: readonly Answered[]): Promise<void> {
  const list = known.map(({ row: { id }, answer: { parcelId, text, history, judgement } }) => ({
    id,
    parcelId,
    text: storable(lineFeeds(text)),
    history,
    status: judgement.status,
    subStatus: judgement.subStatus,
    statusText: judgement.event?.stateText ?? null,
    eventAt: judgement.eventAt,
    terminalFrom: judgement.terminalFrom,
    number: history.number,
    seenAt: history.seenAt,
  }));
  await tx.execute(sql`
    with answer as (
      select * from jsonb_to_recordset(${jsonList(list)}) as answer(id bigint, "parcelId" bigint, text text, history jsonb,
        status text, "subStatus" text, "statusText" text, "eventAt" timestamptz, "terminalFrom" timestamptz, number text,
        "seenAt" timestamptz)),
    answered as (
      update rows set state = 'completed', source = 'import', error = null, result = answer.text, status = answer.status,
        sub_status = answer."subStatus", status_text = answer."statusText", event_at = answer."eventAt",
        terminal_at = answer."terminalFrom", details = answer.history,
        tracking_number = coalesce(rows.tracking_number, answer.number), completed_at = clock_timestamp(),
        written_at = null
      from answer where rows.id = answer.id)
    insert into parcel_rows (row_id, parcel_id, seen_at) select id, "parcelId", "seenAt" from answer
    on conflict do nothing`);
}
