import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { afterEach, expect, inject, it } from 'vitest';
import { migrateDatabase, openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { recordedContents } from '../../src/db/recorded-contents.ts';
import { packageRoot } from '../../src/paths.ts';
import { figuresAndRecount } from '../support/db/batch-moves.ts';
import { testFolder } from '../support/workbook/folder.ts';

const { folder } = testFolder();
let release = async () => {};
afterEach(() => release());

/** A database as it was before the migration of this name, and how to bring it to the present. */
async function databaseBefore(tag: string): Promise<{ database: Database; finish: () => Promise<void> }> {
  const schemaName = `test_${randomBytes(6).toString('hex')}`;
  const migrationsFolder = join(folder(), 'migrations');
  cpSync(join(packageRoot, 'src/db/migrations'), migrationsFolder, { recursive: true });
  const journalFile = join(migrationsFolder, 'meta/_journal.json');
  const journal = JSON.parse(readFileSync(journalFile, 'utf8')) as { entries: { tag: string }[] };
  const entries = journal.entries.slice(
    0,
    journal.entries.findIndex((entry) => entry.tag === tag),
  );
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries }));
  const database = openDatabase(inject('databaseUrl'), { schemaName, maxConnections: 1 });
  release = async () => {
    await database.sql`drop schema ${database.sql(schemaName)} cascade`;
    await database.close();
  };
  await migrate(database.db, { migrationsFolder, migrationsSchema: schemaName });
  return { database, finish: () => migrateDatabase(inject('databaseUrl'), schemaName) };
}

it('jobs keep what they ask about, and say who is asked', async () => {
  const { database, finish } = await databaseBefore('0004_subjects');
  const { sql } = database;
  await sql`insert into batches (id, task, workbook, workflow_id, columns) values ('b1', 't', 'w', 'wf', '{}')`;
  await sql`insert into rows (batch_id, row, input, email, occurrence, state)
    values ('b1', 2, 'a', '', 0, 'pending'), ('b1', 3, 'b', '', 0, 'pending')`;
  await sql`insert into jobs (batch_id, seq, custom_id, task, sitemap_id, start_urls)
    values ('b1', 1, 'yto-b1-1', 't', 7, '{http://a/}'), ('b1', 2, 'yt10-b1-2', 't', null, '{183792779166}')`;
  await sql`insert into job_rows (job_id, row_id, url)
    select jobs.id, rows.id, start_urls[1] from jobs join rows on rows.row = jobs.seq + 1`;

  await finish();

  expect(
    await sql`select sitemap_id::int, carrier, subjects, subject
      from jobs join job_rows on job_id = jobs.id order by seq`,
  ).toEqual([
    { sitemap_id: 7, carrier: null, subjects: ['http://a/'], subject: 'http://a/' },
    { sitemap_id: null, carrier: 'yamato', subjects: ['183792779166'], subject: '183792779166' },
  ]);
  const nobody = sql`insert into jobs (batch_id, seq, custom_id, task, subjects) values ('b1', 3, 'c', 't', '{}')`;
  await expect(nobody).rejects.toThrow('jobs_one_is_asked');
});

it('batches of before have their figures, counted once', async () => {
  const { database, finish } = await databaseBefore('0005_figures');
  const { sql } = database;
  await sql`insert into batches (id, task, workbook, workflow_id, columns)
    select 'b' || n, 't', n::text, n::text, '{}' from generate_series(1, 3) n`;
  await sql`insert into rows (batch_id, row, input, email, occurrence, state, status, error, shown, written_at)
    values ('b1', 2, 'a', '', 0, 'completed', 'delivered', null, '完了', null),
           ('b1', 3, 'b', '', 0, 'completed', 'in_transit', null, '照会中', now()),
           ('b1', 4, 'c', '', 0, 'failed', null, 'empty', '失敗: empty', null),
           ('b2', 2, 'a', '', 0, 'pending', null, null, null, null)`;
  await sql`insert into jobs (batch_id, seq, custom_id, task, sitemap_id, subjects, state)
    select 'b1', n, n::text, 't', 1, '{}', state
    from unnest('{pending,pending,publishing,incomplete,completed}'::text[]) with ordinality as given(state, n)`;

  await finish();

  const { kept, counted } = await figuresAndRecount(database);
  expect(kept).toEqual(counted);
  expect(kept).toMatchObject([
    {
      total: 3,
      completed: 2,
      failed: 1,
      unwritten: 1,
      unshown: 1,
      delivered: 1,
      pending_jobs: 2,
      in_flight_jobs: 2,
    },
    { total: 1, pending: 1, unshown: 1, pending_jobs: 0 },
    { total: 0, in_flight_jobs: 0 },
  ]);
});

it('texts of cells have LF for every line break, so that what is on record stays found', async () => {
  const { database, finish } = await databaseBefore('0008_line_ends');
  const { sql } = database;
  await sql`insert into batches (id, task, workbook, workflow_id, columns)
    values ('b1', 'official_website_tracking', 'w', 'wf', '{}')`;
  await sql`insert into rows (batch_id, row, input, input_url, email, occurrence, state, result, written, replaced, error)
    values ('b1', 2, ${'a\r\nb\rc'}, ${'http://a/\r\n'}, ${'d\re'}, 0, 'completed', ${'f\r\n\r\ng'}, ${'h\r\ni'}, ${'\rj'}, null),
           ('b1', 3, ${'a\nb'}, null, '', 0, 'failed', null, null, null, ${'k\r\nl'})`;

  await finish();

  expect(
    await sql`select input, input_url, email, result, written, replaced, error from rows order by row`,
  ).toEqual([
    {
      input: 'a\nb\nc',
      input_url: 'http://a/\n',
      email: 'd\ne',
      result: 'f\n\ng',
      written: 'h\ni',
      replaced: '\nj',
      error: null,
    },
    {
      input: 'a\nb',
      input_url: null,
      email: '',
      result: null,
      written: null,
      replaced: null,
      error: 'k\r\nl',
    },
  ]);
  const { kept, counted } = await figuresAndRecount(database);
  expect(kept).toEqual(counted);
  const content = { input: 'a\nb\nc', inputUrl: 'http://a/\n', email: 'd\ne', occurrence: 0 };
  const target = { workbook: 'w', task: 'official_website_tracking' as const };
  const [found] = await recordedContents(database.db, target, [content]);
  expect(found).toMatchObject({ recorded: { state: 'completed' } });
});

it('what was known to be an end stays one, a parcel on its way back is none', async () => {
  const { database, finish } = await databaseBefore('0014_what_texts_mean');
  const { sql } = database;
  await sql`insert into batches (id, task, workbook, workflow_id, columns)
    values ('b1', 'official_website_tracking', 'w', 'wf', '{}')`;
  await sql`insert into rows (batch_id, row, input, email, occurrence, state, status, status_text, event_at, completed_at)
    select 'b1', row, row, '', 0, 'completed', status, status_text, event_at::timestamptz, '2026-01-20Z'
    from (values (2, 'delivered', '配達完了', '2026-01-02Z'), (3, 'delivered', '配達完了', null),
                 (4, 'returned', '差出人に返送済み', '2026-01-02Z'), (5, 'returned', '返品', '2026-01-02Z'),
                 (6, 'in_transit', '輸送中', '2026-01-02Z')) given(row, status, status_text, event_at)`;

  await finish();

  const ends =
    await sql`select to_char(terminal_at at time zone 'UTC', 'MM-DD') as day from rows order by row`;
  expect(ends.map(({ day }) => day as string | null)).toEqual(['01-02', '01-20', '01-02', '01-16', null]);
});

it('numbers asked for before are parcels, with the rows that name them; one that moves no more has its end', async () => {
  const { database, finish } = await databaseBefore('0018_parcels');
  const { sql } = database;
  await sql`insert into batches (id, task, workbook, workflow_id, columns)
    values ('b1', 'yamato_tracking_10', 'w', 'w1', '{}'), ('b2', 'japan_post_tracking_only', 'w', 'w2', '{}'),
           ('b3', 'official_website_tracking', 'w', 'w3', '{}')`;
  await sql`insert into rows (batch_id, row, input, email, occurrence, state, source, tracking_number, status, status_text,
      event_at, terminal_at, completed_at)
    select batch, row, row, '', 0, 'completed', source, number, status, text, at::timestamptz, ended::timestamptz, done::timestamptz
    from (values ('b1', 2, 'yamato', '390512345016', 'in_transit', '輸送中', '2026-01-02T01:00Z', null, '2026-01-03Z'),
                 ('b1', 3, 'yamato', '390512345016', 'delivered', '配達完了', '2026-01-04T01:00:30Z', '2026-01-04T01:00Z', '2026-01-05Z'),
                 ('b1', 4, 'record', '390512345016', 'delivered', '配達完了', '2026-01-04T01:00Z', '2026-01-04T01:00Z', '2026-01-05Z'),
                 ('b2', 2, 'webscraper', '390512345016', 'unknown', '＊＊ 見つかりません', null, null, '2026-01-05Z'),
                 ('b3', 2, 'webscraper', null, 'unknown', null, null, null, '2026-01-05Z'))
      given(batch, row, source, number, status, text, at, ended, done)`;

  await finish();

  const found =
    await sql`select carrier, status, status_text, terminal_at is not null as ended, above ->> 'tells' as tells,
      (select array_agg(text || ' ' || time_is || ' ' || to_char(place at time zone 'UTC', 'DD HH24:MI:SS')) from parcel_events
       where parcel_id = p.id) as events,
      (select array_agg(r.batch_id || r.row order by r.batch_id, r.row) from parcel_rows pr join rows r on r.id = row_id
       where parcel_id = p.id) as rows
    from parcels p order by carrier`;
  expect(found).toEqual([
    {
      carrier: 'japan_post',
      status: 'unknown',
      status_text: '＊＊ 見つかりません',
      ended: false,
      tells: 'false',
      events: null,
      rows: ['b22'],
    },
    {
      carrier: 'yamato',
      status: 'delivered',
      status_text: '配達完了',
      ended: true,
      tells: 'true',
      events: ['配達完了 minute 04 01:00:00'],
      rows: ['b12', 'b13', 'b14'],
    },
  ]);
});
