import { sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { REASON } from '../row-reports.ts';
import { BATCH_FIGURES } from './figures.ts';
import { listOf, momentsOf } from './lists.ts';

/** Batches that have changed since they were last counted are counted anew. Gives the hours that they count, or counted, in. */
async function countBatches(tx: Queries): Promise<Date[]> {
  const hours = await tx.execute<{ ms: number }>(sql`
    with changed as materialized (
      select b.id, b.task, date_trunc('hour', b.started_at, 'UTC') as hour, f.revision, b.rows_from_record, b.rows_by_hand,
             b.calls_saved, f.delivered, before.hour as hour_before
      from batches b join batch_figures f on f.batch_id = b.id left join rolled_batches before on before.batch_id = b.id
      where not b.is_round and (before.revision, before.hour) is distinct from (f.revision, date_trunc('hour', b.started_at, 'UTC'))),
    counted as materialized (
      select c.id, own.state, own.reason, own.n from changed c
      -- By its index for each: of few batches all rows of all others would be read otherwise.
      cross join lateral (select r.state, ${REASON} as reason, count(*) as n from rows r where r.batch_id = c.id
        group by 1, 2 offset 0) own),
    told as (
      select id, 'batches' as figure, '' as part, 1::bigint as n from changed
      union all select id, 'answered', 'record', rows_from_record from changed
      union all select id, 'answered', 'hand', rows_by_hand from changed
      union all select id, 'calls-saved', '', calls_saved from changed
      union all select id, 'delivered', '', delivered from changed
      union all select id, 'rows', state, n from counted
      union all select id, state, reason, n from counted where reason is not null),
    figures as (select id, jsonb_agg(jsonb_build_array(figure, part, n)) as list from told where n > 0 group by 1),
    kept as (
      insert into rolled_batches (batch_id, revision, hour, task, figures)
      select c.id, c.revision, c.hour, c.task, figures.list from changed c join figures on figures.id = c.id
      on conflict (batch_id) do update set revision = excluded.revision, hour = excluded.hour, task = excluded.task,
        figures = excluded.figures)
    select distinct (extract(epoch from touched) * 1000)::float8 as ms
    from changed cross join lateral unnest(array[hour, hour_before]) touched where touched is not null`);
  return hours.map(({ ms }) => new Date(ms));
}

/** Rolls up the hours of batches that have changed, whenever that was. Gives these hours. Run in a transaction. */
export async function rollUpBatches(tx: Queries): Promise<Date[]> {
  const hours = await countBatches(tx);
  const touched = momentsOf(hours);
  await tx.execute(sql`
    delete from roll_ups where grain = 'hour' and at = any(${touched}) and figure in ${listOf(BATCH_FIGURES)}`);
  await tx.execute(sql`
    insert into roll_ups (grain, at, task, figure, part, value)
    select 'hour', hour, task, f ->> 0, f ->> 1, sum((f ->> 2)::bigint)
    from rolled_batches cross join lateral jsonb_array_elements(figures) f
    where hour = any(${touched}) group by 2, 3, 4, 5`);
  return hours;
}
