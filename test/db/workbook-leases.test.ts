import { afterAll, beforeAll, expect, it } from 'vitest';
import { giveBackLease, renewLease, takeLease } from '../../src/db/workbook-leases.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

const BOOK = '/a.xlsx';
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

it('one at a time has a workbook, until it gives it back or its lease runs out', async () => {
  const { db, sql } = test.database;
  const runsOut = () => sql`update workbook_leases set until = clock_timestamp() - interval '1 ms'`;
  expect(await takeLease(db, BOOK, 'one')).toBe(true);
  expect(await takeLease(db, BOOK, 'one')).toBe(true);
  expect(await takeLease(db, BOOK, 'two')).toBe(false);
  expect(await takeLease(db, '/b.xlsx', 'two')).toBe(true);

  await runsOut();
  // Nobody else has had it meanwhile.
  expect(await renewLease(db, BOOK, 'one')).toBe(true);
  expect(await takeLease(db, BOOK, 'two')).toBe(false);

  await runsOut();
  expect(await takeLease(db, BOOK, 'two')).toBe(true);
  expect(await renewLease(db, BOOK, 'one')).toBe(false);
  await giveBackLease(db, BOOK, 'one');
  expect(await renewLease(db, BOOK, 'two')).toBe(true);

  await giveBackLease(db, BOOK, 'two');
  expect(await renewLease(db, BOOK, 'two')).toBe(false);
  expect(await takeLease(db, BOOK, 'one')).toBe(true);
});

it('of many who want it at once, one gets it', async () => {
  const wanted = Array.from({ length: 20 }, (_, n) => takeLease(test.database.db, '/c.xlsx', `${n}`));
  expect((await Promise.all(wanted)).filter(Boolean)).toHaveLength(1);
});
