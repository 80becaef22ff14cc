import type { Database } from '../../src/db/database.ts';

const TASK = 'yamato_tracking_only';

/** Batches of so many rows, one job a row: ended, or running with a tenth of their rows done. Gives their ids. */
export async function givenBatches(
  { sql }: Database,
  name: string,
  batches: number,
  rows: number,
  ended: boolean,
): Promise<string[]> {
  const like = `${name}-%`;
  await sql`insert into batches (id, task, workbook, workflow_id, columns, sheet, started_at, state, finished_at)
    select id, ${TASK}, id, id, '{"status":"D"}', 'Sheet1', at, case when ${ended} then 'completed' else 'running' end,
           case when ${ended} then at + interval '1 hour' end
    from (select ${name} || '-' || n as id, now() - interval '20 minutes' * (${batches} - n) as at
          from generate_series(1, ${batches}::int) n) made`;
  await sql`insert into rows (batch_id, row, input, email, occurrence, state, url, source, tracking_number, status,
      status_text, event_at, result, completed_at, written, written_at, shown)
    select id, n + 1, lpad(n::text, 12, '0'), '', 0, case when done then 'completed' else 'pending' end,
           'http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=' || lpad(n::text, 12, '0'),
           case when done then 'webscraper' end, lpad(n::text, 12, '0'), case when done then 'delivered' end,
           case when done then '配達完了' end, case when done then started_at end,
           case when done then '配達完了｜｜｜12月19日 19:10｜｜｜新宿営業所' end, case when done then started_at end,
           case when done then '配達完了｜｜｜12月19日 19:10｜｜｜新宿営業所' end, case when done then started_at end,
           case when done then '完了' end
    from (select id, started_at, n, ${ended} or n % 10 = 0 as done
          from batches, generate_series(1, ${rows}::int) n where id like ${like}) made`;
  await sql`insert into jobs (batch_id, seq, custom_id, task, sitemap_id, subjects, state, scraping_job_id,
      intent_at, published_at, finished_at)
    select batch_id, row - 1, batch_id || '-' || row, ${TASK}, 1, array[url],
           state, case when state = 'completed' then id end, completed_at, completed_at, completed_at
    from rows where batch_id like ${like} order by id`;
  await sql`insert into job_rows (job_id, row_id, subject)
    select jobs.id, rows.id, url from jobs join rows on rows.batch_id = jobs.batch_id and row = seq + 1
    where jobs.batch_id like ${like}`;
  const made = await sql<{ id: string }[]>`select id from batches where id like ${like} order by started_at`;
  return made.map(({ id }) => id);
}
