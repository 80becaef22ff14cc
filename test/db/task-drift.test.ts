import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { noteJobs, releaseTask, taskHold } from '../../src/db/task-drift.ts';
import type { JobLook } from '../../src/db/task-drift.ts';
import type { RowLook } from '../../src/tasks/oddity.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

const TASK = 'yamato_tracking_only';
const DRIFT_AFTER = 10;

let test: TestDatabase;
let jobs = 0;

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.database.sql`truncate batches, task_drift, drift_texts cascade`;
  await givenBatch(test.database, 'b');
});
afterAll(() => test.drop());

const DELIVERED: RowLook = { text: '配達完了', filled: [true, true, true], isStrange: false };
const WITHOUT_TIME: RowLook = { ...DELIVERED, filled: [true, false, true] };
const NOT_REGISTERED: RowLook = { text: '伝票番号未登録', filled: [true, false, false], isStrange: false };
const STRANGE: RowLook = { text: '天候により遅延', filled: [true, true, true], isStrange: true };

/** So many jobs come back, one after the other, each with this row. */
async function come(count: number, look: RowLook): Promise<void> {
  const looks: JobLook[] = [];
  for (let n = 0; n < count; n += 1) {
    jobs += 1;
    const customId = `c${jobs}`;
    const id = await givenJob(test.database, { batchId: 'b', customId, seq: jobs });
    looks.push({
      job: { id, customId, task: TASK, publishedAt: new Date() },
      looks: [look],
      oddity: null,
      page: null,
    });
  }
  await test.database.db.transaction((tx) => noteJobs(tx, looks, DRIFT_AFTER));
}

const held = () => taskHold(test.database.db, TASK);

it('days of deliveries, and of numbers that are not registered, hold nothing', async () => {
  await come(100, DELIVERED);
  await come(100, NOT_REGISTERED);
  await come(100, DELIVERED);
  expect(await held()).toBeNull();
});

it('a field that was always there and is gone holds its task; after the release it is learnt anew', async () => {
  await come(60, DELIVERED);
  await come(9, WITHOUT_TIME);
  expect(await held()).toBeNull();
  await come(1, WITHOUT_TIME);
  expect(await held()).toMatch(/^10 jobs of yamato_tracking_only .* without field 2 of 3/);
  await test.database.db.transaction((tx) => releaseTask(tx, TASK));
  await come(60, WITHOUT_TIME);
  expect(await held()).toBeNull();
});

it('a text that came up between good ones is usual; one that takes the place of all holds', async () => {
  await come(50, DELIVERED);
  await come(1, STRANGE);
  await come(1, DELIVERED);
  await come(20, STRANGE);
  expect(await held()).toBeNull();
  await come(10, { ...STRANGE, text: 'ログインしてください' });
  expect(await held()).toMatch(/"ログインしてください"/);
});

it('good ones do not release a task that is held', async () => {
  await come(60, DELIVERED);
  await come(10, WITHOUT_TIME);
  await come(5, DELIVERED);
  expect(await held()).not.toBeNull();
});

it('none is lost where many come at once', async () => {
  await come(60, DELIVERED);
  await Promise.all(Array.from({ length: 8 }, () => come(1, WITHOUT_TIME)));
  expect(await test.database.db.query.taskDrift.findMany()).toMatchObject([{ jobs: 60, run: 8 }]);
});
