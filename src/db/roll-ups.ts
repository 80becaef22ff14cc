import { sql } from 'drizzle-orm';
import type { TaskName } from '../tasks/types.ts';
import type { Queries } from './database.ts';

/** Late results change a batch after its end: hours of the last week are made anew each time. */
const ROLLED_UP_DAYS = 7;

/** Makes the roll-ups of the last days anew, by the hour a batch started in. Gives how many hours and tasks. */
export async function rollUp(queries: Queries): Promise<number> {
  const made = await queries.execute(sql`
    insert into roll_ups (hour, task, batches, rows, completed, failed, invalid, delivered)
    select date_trunc('hour', b.started_at), b.task, count(*), sum(f.total), sum(f.completed), sum(f.failed),
           sum(f.invalid), sum(f.delivered)
    from batches b join batch_figures f on f.batch_id = b.id
    where b.started_at >= date_trunc('hour', now()) - make_interval(days => ${ROLLED_UP_DAYS})
    group by 1, 2
    on conflict (hour, task) do update set batches = excluded.batches, rows = excluded.rows,
      completed = excluded.completed, failed = excluded.failed, invalid = excluded.invalid, delivered = excluded.delivered
    returning hour`);
  return made.length;
}

/** One line of the report: a task's figures between two moments. */
export interface ReportLine {
  task: TaskName;
  batches: number;
  rows: number;
  completed: number;
  failed: number;
  invalid: number;
  delivered: number;
}

/** Sums the roll-ups of whole hours from `from` up to, and without, `to`. */
export async function report(queries: Queries, from: Date, to: Date): Promise<ReportLine[]> {
  const lines = await queries.execute<ReportLine & Record<string, unknown>>(sql`
    select task, sum(batches)::int as batches, sum(rows)::int as rows, sum(completed)::int as completed,
           sum(failed)::int as failed, sum(invalid)::int as invalid, sum(delivered)::int as delivered
    from roll_ups where hour >= ${from.toISOString()} and hour < ${to.toISOString()} group by task order by task`);
  return [...lines];
}
