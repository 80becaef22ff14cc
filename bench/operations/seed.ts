import type { Database } from '../../src/db/database.ts';

const TASK = 'yamato_tracking_only';
const ERRORS = [
  'its page came back empty',
  'its page could not be loaded',
  'Web Scraper Cloud answered 422 to a publish',
  'nothing has moved over 24 askings',
];

/** Batches that have ended, each of so many rows: one in ten failed, in four ways, one in fifty was invalid. */
export async function seedBatches({ sql }: Database, count: number, rows: number): Promise<string[]> {
  const made = await sql<{ id: string }[]>`
    insert into batches (id, task, workbook, workflow_id, columns, sheet, started_at)
    select id, ${TASK}, '/data/YTO-' || id || '-大阪.xlsx', 'tracking:' || id, '{"input":"A","email":"B","result":"C","status":null}'::jsonb,
      'Sheet1', now() - n * interval '1 hour'
    from (select n, 'seed' || ${rows}::text || '-' || n as id from generate_series(1, ${count}::int) n) numbered
    returning id`;
  await sql`
    insert into rows (batch_id, row, input, email, occurrence, state, url, source, tracking_number, status, status_text,
      result, error, completed_at, written_at)
    select b.id, n + 1, '3980-' || lpad(n::text, 8, '0'), '', 0, state, 'https://example.jp/?id=3980' || lpad(n::text, 8, '0'),
      case when state = 'completed' then 'webscraper' end, '3980' || lpad(n::text, 8, '0'),
      case when state = 'completed' then 'delivered' end, case when state = 'completed' then '配達完了' end,
      case when state = 'completed' then '配達完了｜｜｜12月19日 19:10｜｜｜大阪主管支店' end,
      case state when 'failed' then (${ERRORS}::text[])[1 + n / 10 % 4]
        when 'invalid' then '"3980-' || n || '" is no tracking number: 12 digits are needed, it has 9' end,
      case when state = 'completed' then now() end, case when state = 'completed' then now() end
    from unnest(${made.map(({ id }) => id)}::text[]) b(id), lateral (select n,
      case when n % 50 = 7 then 'invalid' when n % 10 = 3 then 'failed' else 'completed' end as state
      from generate_series(1, ${rows}::int) n) numbered`;
  await sql`update batches set state = 'completed', finished_at = now() where id like ${`seed${rows}-%`}`;
  await sql`analyze`;
  return made.map(({ id }) => id);
}
