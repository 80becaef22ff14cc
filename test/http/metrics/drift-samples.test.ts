import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '../../support/db/test-database.ts';
import type { TestDatabase } from '../../support/db/test-database.ts';
import { testApp } from '../../support/http/app.ts';
import { valuesOf } from '../../support/metrics/exposition.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

it('tells of tasks and carriers how many came back odd, and what is held', async () => {
  await test.database.sql`insert into task_drift (task, run, held_since)
    values ('yamato_tracking_only', 3, null), ('official_website_tracking', 12, now())`;
  await test.database.sql`insert into carrier_clock (carrier, open_at, pause_ms, held_until)
    values ('yamato', now(), 0, now() + interval '1 minute')`;
  const { app } = testApp(test.database);
  const { body } = await app.inject({ url: '/metrics', headers: { host: 'localhost' } });
  expect(valuesOf(body, 'tsuiseki_task_odd_jobs')).toEqual({
    'task=yamato_tracking_only': 3,
    'task=official_website_tracking': 12,
  });
  expect(valuesOf(body, 'tsuiseki_task_held')).toEqual({
    'task=yamato_tracking_only': 0,
    'task=official_website_tracking': 1,
  });
  expect(valuesOf(body, 'tsuiseki_carrier_held')).toEqual({ 'carrier=yamato': 1 });
});
