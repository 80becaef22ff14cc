import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findBatch } from '../../src/db/batches.ts';
import { rowsToWrite } from '../../src/db/written-rows.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

it('what is on record of a row is looked up by its content, also of 20,000 rows that no statistics know of', async () => {
  const { db } = test.database;
  await givenBatch(test.database, 'b');
  await db.execute(sql`
    insert into rows (batch_id, row, input, email, occurrence, state, result)
    select 'b', n, 'https://a.example/' || n, '', 0, 'completed', 'delivered' from generate_series(1, 20000) n`);
  const batch = await findBatch(db, 'b');
  if (batch === null) throw new TypeError('no batch');
  const [plan] = await db.execute<{ 'QUERY PLAN': unknown }>(
    sql`explain (format json) ${rowsToWrite(db, batch).getSQL()}`,
  );
  const told = JSON.stringify(plan);
  expect(told).toContain('"Index Name":"rows_content"');
  expect(told).not.toContain('rows_batch');
});
