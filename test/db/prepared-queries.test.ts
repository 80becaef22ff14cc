import { eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Queries } from '../../src/db/database.ts';
import { jobs } from '../../src/db/schema.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const idsOf = (queries: Queries, id: number) =>
  queries.select({ id: jobs.id }).from(jobs).where(eq(jobs.id, id));

it('a query is prepared once a connection, inside transactions and outside', async () => {
  const { url, schemaName } = test;
  const { db, sql, close } = openDatabase(url, { maxConnections: 1, schemaName });
  await idsOf(db, 1);
  await idsOf(db, 2);
  await db.transaction(async (tx) => idsOf(tx, 3));
  const prepared = await sql<{ times: number }[]>`
    select (generic_plans + custom_plans)::int as times from pg_prepared_statements
    where statement like 'select "id" from "jobs"%'`;
  await close();
  expect(prepared).toEqual([{ times: 3 }]);
});

it('a long list is not: each length of it would stay prepared for ever', async () => {
  const { url, schemaName } = test;
  const { db, sql, close } = openDatabase(url, { maxConnections: 1, schemaName });
  for (const length of [30, 31, 32])
    await db
      .select({ seq: jobs.seq })
      .from(jobs)
      .where(
        inArray(
          jobs.id,
          Array.from({ length }, (_, id) => id),
        ),
      );
  const prepared =
    await sql`select from pg_prepared_statements where statement like 'select "seq" from "jobs"%'`;
  await close();
  expect(prepared).toHaveLength(1);
});
