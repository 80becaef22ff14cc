import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { noteSession, sessionsUnderWay } from '../../src/db/editing-sessions.ts';
import { takeLease } from '../../src/db/workbook-leases.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenRow } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';
import { columnC, removeWorkbooksAfterEach, saveWorkbook } from '../support/workbook/workbook-file.ts';

const place = workplace();
removeWorkbooksAfterEach();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 1 });
  env = { DATABASE_URL: own.url };
});

afterAll(async () => {
  await database.close();
  await own.drop();
  place.remove();
});

/** A batch whose results are not in its workbook yet, which a dead document server says is open. */
async function unwritten(id: string, ended = true): Promise<string> {
  const workbook = await saveWorkbook([['1'], ['2', '', "a person's own"]]);
  const state = ended ? ({ state: 'completed', finishedAt: new Date() } as const) : {};
  await givenBatch(database, id, { workbook, sheet: 'Sheet1', ...state });
  for (const row of [2, 3])
    await givenRow(database, {
      batchId: id,
      row,
      input: String(row - 1),
      state: 'completed',
      result: '配達完了',
    });
  await noteSession(database.db, { key: id, workbook, open: true });
  return workbook;
}

it('writes although a session is said to be open, tells the rows, and that session is over', async () => {
  const workbook = await unwritten('b1');
  expect(await place.run(['write', 'b1', '--why', 'server is dead'], env)).toEqual({
    code: 0,
    out: "written: rows 2\nrow 3: column C holds a person's own text; left as it is\n",
    err: '',
  });
  expect(await columnC(workbook)).toEqual(['配達完了', "a person's own"]);
  expect(await sessionsUnderWay(database.db, workbook)).toMatchObject([{ endedAt: expect.any(Date) }]);
  const actions = await database.sql`select action, why from actions where batch_id = 'b1'`;
  expect(actions).toEqual([{ action: 'write', why: 'server is dead' }]);
  expect(await place.run(['write', 'b1'], env)).toMatchObject({
    code: 0,
    out: 'nothing was left to write\n',
  });
});

it('of a running batch, as JSON; the run is told, or finds it by itself', async () => {
  const workbook = await unwritten('b2', false);
  const { code, out, err } = await place.run(['write', 'tracking:b2', '--json'], env);
  expect({ code, ...JSON.parse(out) }).toEqual({
    code: 0,
    written: [2],
    shown: [],
    left: [{ row: 3, why: "column C holds a person's own text; left as it is" }],
  });
  expect(err).toMatch(/^batch b2 looks by itself within five minutes: [^\n]+\n$/);
  expect(await columnC(workbook)).toEqual(['配達完了', "a person's own"]);
});

it('a workbook that cannot be written now: exit 1 with the reason', async () => {
  const workbook = await unwritten('b3');
  await takeLease(database.db, workbook, 'another');
  expect(await place.run(['write', 'b3'], env)).toEqual({
    code: 1,
    out: '',
    err: `${workbook} is being written at this moment\n`,
  });
});

it('a batch from rows has nothing to write: exit 1, told where its results are', async () => {
  await givenBatch(database, 'given', { workbook: null, rowsFrom: 'rows.csv', sheet: 'rows.csv' });
  expect(await place.run(['write', 'given', '--json'], env)).toEqual({
    code: 1,
    out: '',
    err: 'batch given was started from rows: there is no workbook to write; `tsuiseki rows given --csv` gives its results\n',
  });
  expect((await place.run(['list'], env)).out).toContain(' · rows from rows.csv\n');
});
