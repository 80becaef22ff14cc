import { sql } from 'drizzle-orm';
import type { TaskName } from '../tasks/types.ts';
import type { RowContent } from '../workbook/types.ts';
import { contentHasher } from './content-hash.ts';
import type { Queries } from './database.ts';
import { isSomethingForgotten } from './forgetting.ts';
import type { BatchState, RowState } from './schema.ts';
import { storable } from '../text.ts';

type Content = RowContent & { occurrence: number };

/** What is on record of a row's content in its workbook, whichever batch tried it. Moments in milliseconds. */
export interface RecordedContent {
  /** Where its newest try stands: `waiting` its batch runs, `cancelled` or `untried` its batch ended without it. */
  state: 'waiting' | 'untried' | 'cancelled' | 'invalid' | 'failed' | 'completed';
  /** When the newest try ended. */
  triedAtMs: number;
  /** Tries in a row that failed. */
  failures: number;
  /** Its newest result, also where later tries failed. */
  result: RecordedResult | null;
}

export interface RecordedResult {
  text: string;
  /** Delivered, or back with the sender: it changes no more. */
  terminal: boolean;
  /** `expired`, or `unknown` for 30 days: no save asks for it again. */
  silent: boolean;
  /** When its carrier was last asked, be it by a look that found nothing new. */
  lookedAtMs: number;
  /** The text that was written into the cell; null: none was, since a person's text or a formula was in the way, or the row was gone. */
  written: string | null;
  /** When a writeback dealt with it; null: still to come. */
  writtenAtMs: number | null;
  /** What the cell held before. */
  replaced: string | null;
}

/** The rows on record that a content's newest try and newest result are. */
export interface OnRecord {
  recorded: RecordedContent;
  rowId: number;
  batchId: string;
  /** The row of the newest result; null: there is none. */
  resultRowId: number | null;
  /** Whether that is an end so lately told that asking again would give the same. */
  isFinal: boolean;
}

interface Found extends Record<string, unknown> {
  place: number;
  rowId: number;
  batchId: string;
  state: RowState;
  batchState: BatchState;
  batchRuns: boolean;
  triedAtMs: number | null;
  failures: number;
  resultRowId: number | null;
  isFinal: boolean;
  text: string | null;
  terminal: boolean;
  silent: boolean;
  lookedAtMs: number | null;
  written: string | null;
  writtenAtMs: number | null;
  replaced: string | null;
}

const ms = (moment: string) => sql.raw(`(extract(epoch from ${moment}) * 1000)::float8`);

/** Carriers use their numbers again: an end is known for so many days after its last event (interface section 2). */
export const FINAL_DAYS = 60;
/** Nobody knows for so long what became of it: a save does not ask again. */
const SILENT_DAYS = 30;

/**
 * What is on record of each content, in its workbook and task; null: nothing. Of rows given without a workbook: in all
 * such batches of the task. The newest try is that of the batch that runs, else of the latest; the newest result is the
 * one that came last, since an old batch may be run again. Failures are counted by tries, several of which may be one
 * row's. What was forgotten is found by its hash. In one pass over the workbook's rows: looked up one by one, 100,000 contents of a hundred batches took 25 s.
 */
export async function recordedContents(
  queries: Queries,
  { workbook, task }: { workbook: string | null; task: TaskName },
  contents: readonly Content[],
): Promise<(OnRecord | null)[]> {
  const list = (texts: readonly string[]) => sql`${sql.param(texts.map(storable))}::text[]`;
  const forgotten = (await isSomethingForgotten(queries)) ? await hashesOf(queries, contents) : null;
  const found = await queries.execute<Found>(sql`
    with asked as (
      select * from unnest(
        ${list(contents.map(({ input }) => input))}, ${list(contents.map(({ email }) => email))},
        ${list(contents.map(({ inputUrl }) => inputUrl ?? ''))},
        ${sql.param(contents.map(({ occurrence }) => occurrence))}::int[]
      ) with ordinality as asked(input, email, input_url, occurrence, place)
    ), own as (
      select id, state, finished_at is null as runs from batches
      where ${workbook === null ? sql`workbook is null` : sql`workbook = ${workbook}`} and task = ${task}
    ), same as (
      select place, r.id, r.batch_id, r.completed_at
      from asked join rows r on md5(r.input) = md5(asked.input) and r.input = asked.input and r.email = asked.email
        and coalesce(r.input_url, '') = asked.input_url and r.occurrence = asked.occurrence and r.forgotten_at is null
      ${
        forgotten === null
          ? sql``
          : sql`union all
        select place, r.id, r.batch_id, r.completed_at
        from unnest(${list(forgotten)}) with ordinality as hashed(hash, place) join asked using (place)
        join rows r on r.content_hash = hash and r.occurrence = asked.occurrence`
      }
    ), known as (
      select place, array_agg(r.id) as ids, (array_agg(r.id order by own.runs desc, r.id desc))[1] as newest,
             (array_agg(r.id order by r.completed_at desc, r.id desc) filter (where r.completed_at is not null))[1] as answered
      from same r join own on own.id = r.batch_id group by place
    )
    select known.place::int, latest.id::float8 as "rowId", latest.batch_id as "batchId", latest.state,
           own.state as "batchState", own.runs as "batchRuns",
           ${ms('tried.at')} as "triedAtMs", coalesce(failed.n, 0) as failures, result.id::float8 as "resultRowId",
           coalesce(result.terminal_at <= now()
             and result.event_at > now() - make_interval(days => ${FINAL_DAYS}), false) as "isFinal",
           coalesce(result.terminal_at <= now(), false) as terminal,
           coalesce(result.status = 'expired' or (result.status = 'unknown' and coalesce(result.event_at, first.at,
             result.completed_at) < now() - make_interval(days => ${SILENT_DAYS})), false) as silent,
           result.result as text, ${ms('greatest(result.completed_at, looked.seen_at)')} as "lookedAtMs",
           result.written, ${ms('result.written_at')} as "writtenAtMs", result.replaced
    from known join rows latest on latest.id = known.newest join own on own.id = latest.batch_id
    left join rows result on result.id = known.answered
    left join parcel_rows looked on looked.row_id = result.id
    left join lateral (
      select max(coalesce(j.finished_at, j.published_at, j.intent_at)) as at from job_rows jr join jobs j on j.id = jr.job_id
      where jr.row_id = latest.id) tried on latest.state <> 'completed'
    left join lateral (
      select min(coalesce(j.intent_at, j.published_at, j.finished_at)) as at
      from job_rows jr join jobs j on j.id = jr.job_id
      where jr.row_id = any(known.ids)) first on result.status = 'unknown' and result.event_at is null
    left join lateral (
      select count(*)::int as n from job_rows jr join jobs j on j.id = jr.job_id
      where jr.row_id = any(known.ids) and j.redirect_of is null
        and j.intent_at > coalesce(result.completed_at, '-infinity')) failed on latest.state = 'failed'`);
  const onRecord = contents.map((): OnRecord | null => null);
  for (const row of found) onRecord[row.place - 1] = onRecordOf(row);
  return onRecord;
}

async function hashesOf(queries: Queries, contents: readonly Content[]): Promise<string[]> {
  return contents.map(await contentHasher(queries));
}

function onRecordOf(row: Found): OnRecord {
  const { rowId, batchId, resultRowId, isFinal, failures } = row;
  const recorded = { state: stateOf(row), triedAtMs: row.triedAtMs ?? 0, failures, result: resultOf(row) };
  return { recorded, rowId, batchId, resultRowId, isFinal };
}

function stateOf({ state, batchRuns, batchState, triedAtMs }: Found): RecordedContent['state'] {
  if (state === 'completed' || state === 'invalid') return state;
  // Also where it failed: a person wanted no more of it.
  if (batchState === 'cancelled') return 'cancelled';
  if (state === 'failed') return state;
  if (batchRuns) return 'waiting';
  // Its batch was closed without it: what was published may have been paid for.
  return triedAtMs === null ? 'untried' : 'failed';
}

function resultOf(row: Found): RecordedResult | null {
  const { text, terminal, silent, lookedAtMs, written, writtenAtMs, replaced } = row;
  if (text === null || lookedAtMs === null) return null;
  return { text, terminal, silent, lookedAtMs, written, writtenAtMs, replaced };
}
