import { sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { FINAL_DAYS } from '../../db/recorded-contents.ts';
import { wordsOnRecord } from '../../db/sheet-words.ts';
import type { RowState } from '../../db/states.ts';
import { TRACKING_TASKS } from '../../tasks/registry.ts';
import type { TaskName } from '../../tasks/types.ts';
import { isKept } from '../../workbook/sheet-words.ts';

/** A row that names a parcel of which more is known than it shows. */
export interface NamedRow extends Record<string, unknown> {
  id: number;
  row: number;
  batchId: string;
  task: TaskName;
  workbook: string | null;
  /** `pending`: it is not asked for yet, and need not be. */
  state: RowState;
  number: string;
  parcelId: number;
}

type Found = NamedRow & { input: string; inputUrl: string | null; email: string; occurrence: number };

/** Whose rows hold Japan Post's numbers. */
const TASKS = TRACKING_TASKS.filter(({ shows }) => shows?.carrier === 'japan_post').map(({ name }) => name);

/** When a row was asked for, or its batch began: of two for one line of a workbook the later is the one that counts. */
const askedAt = (row: string, batch: string) =>
  sql.raw(`coalesce((select max((select published_at from jobs where id = jr.job_id)) from job_rows jr
    where jr.row_id = ${row}.id), ${batch}.started_at)`);

const texts = (list: readonly string[]) => sql`${sql.param([...list])}::text[]`;

/**
 * Rows of the last 60 days that name these parcels of Japan Post, by a task of its or since they are known to: those of
 * running batches that still wait to be asked for, where the parcel moves no more, and those with an older event, or none.
 * Of a workbook's batches the latest with that line; not a round's, nor what a person has settled or wants left alone.
 * `batchId`: of that batch alone. All is looked up by indexes, thanks to `offset 0`: with statistics of a time when they
 * were small, the tables would be read whole for each lot of numbers. Run in a transaction.
 */
export async function namedRows(
  queries: Queries,
  numbers: readonly string[],
  batchId: string | null = null,
): Promise<NamedRow[]> {
  // By such statistics it is also reckoned dear enough to be compiled: a second, for a query of some hundredths.
  await queries.execute(sql`set local jit = off`);
  const found = await queries.execute<Found>(sql`
    with latest as (
      select p.* from unnest(${texts(numbers)}) as wanted(number)
      cross join lateral (select id, number, event_at, terminal_at from parcels where carrier = 'japan_post'
        and parcels.number = wanted.number and order_number = '' order by serial desc limit 1) p),
    named as (
      select n.row_id, latest.* from latest
      cross join lateral (select row_id from parcel_rows where parcel_id = latest.id offset 0) n
      union
      select r.id, latest.* from latest
      cross join lateral (select id, batch_id from rows where tracking_number = latest.number offset 0) r
      join batches b on b.id = r.batch_id and b.task = any(${texts(TASKS)})
      where (select parcel_id from parcel_rows where row_id = r.id) is null)
    select r.id::float8 as id, r.row, r.batch_id as "batchId", b.task, b.workbook, r.state, named.number,
           named.id::float8 as "parcelId", r.input, r.input_url as "inputUrl", r.email, r.occurrence
    from named cross join lateral (select * from rows where id = named.row_id offset 0) r
    join batches b on b.id = r.batch_id
    where (${batchId}::text is null or r.batch_id = ${batchId}) and not b.is_round and r.forgotten_at is null
      and greatest(b.started_at, b.opened_at) > now() - make_interval(days => ${FINAL_DAYS})
      and case r.state
        when 'pending' then b.finished_at is null and b.cancelled is null and not b.fresh and named.terminal_at <= now()
          and named.event_at > now() - make_interval(days => ${FINAL_DAYS})
        when 'completed' then coalesce(named.event_at > r.event_at, named.event_at is not null)
        when 'failed' then named.event_at is not null
        else false end
      and not exists (
        select from (select * from rows same where md5(same.input) = md5(r.input) and same.input = r.input
          and same.email = r.email and same.input_url is not distinct from r.input_url
          and same.occurrence = r.occurrence and same.id <> r.id offset 0) later
        join batches lb on lb.id = later.batch_id and lb.workbook = b.workbook and lb.task = b.task
        where (${askedAt('later', 'lb')}, later.id) > (${askedAt('r', 'b')}, r.id))
    order by r.batch_id, r.row, r.id`);
  return withoutKept(queries, found);
}

/** Without the rows whose status cell holds a word to leave them alone. */
async function withoutKept(queries: Queries, found: readonly Found[]): Promise<NamedRow[]> {
  const kept = new Set<number>();
  const workbooks = new Set(found.flatMap(({ workbook }) => workbook ?? []));
  for (const workbook of workbooks) {
    const words = await wordsOnRecord(queries, workbook);
    for (const row of found) {
      const word = row.workbook === workbook && !words.isEmpty ? words.of(row) : null;
      if (word !== null && isKept(word.word)) kept.add(row.id);
    }
  }
  return found.filter(({ id }) => !kept.has(id));
}
