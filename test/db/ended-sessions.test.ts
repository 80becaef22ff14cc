import type { TransactionSql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

let test: TestDatabase;
/** One connection: whoever comes next has the one whose session ended. */
let one: Database;
beforeAll(async () => {
  test = await testDatabase();
  one = openDatabase(test.url, { schemaName: test.schemaName, maxConnections: 1 });
  await test.database.sql`create table kept (text text)`;
});
afterAll(async () => {
  await one.close();
  await test.drop();
});

const kept = async () =>
  (await test.database.sql`select text from kept order by text`).map(({ text }) => text);

async function sessionOf(tx: TransactionSql): Promise<number> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

/** Resolves once it has ended. */
async function endSession(pid: number): Promise<void> {
  await test.database.sql`select pg_terminate_backend(${pid}, 10000)`;
}

/** What begins anew on that connection may be told of the old session's end once. */
async function connectedAgain(): Promise<void> {
  await one.sql`select 1`.catch(() => {});
  await one.sql`select 1`;
}

it('a session that ends during a transaction does not end the process', async () => {
  const transaction = one.sql.begin(async (tx) => {
    const pid = await sessionOf(tx);
    await Promise.all([tx`select pg_sleep(60)`, endSession(pid)]);
  });
  await expect(transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  await connectedAgain();
});

it('nor does one that ends in a transaction of the query builder', async () => {
  const transaction = one.db.transaction(async (tx) => {
    const [row] = await tx.execute<{ pid: number }>('select pg_backend_pid() as pid');
    await Promise.all([tx.execute('select pg_sleep(60)'), endSession(row?.pid ?? 0)]);
  });
  await expect(transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  await connectedAgain();
});

it('what a transaction does after its session ended is not done in the next one', async () => {
  let ended = () => {};
  const hasEnded = new Promise<void>((resolve) => (ended = resolve));
  let goOn = () => {};
  const nextIsOpen = new Promise<void>((resolve) => (goOn = resolve));
  let late: Promise<unknown> = Promise.resolve();
  const first = one.sql.begin(async (tx) => {
    await tx`insert into kept values ('first, before')`;
    await endSession(await sessionOf(tx));
    ended();
    await nextIsOpen;
    late = (async () => tx`insert into kept values ('first, after')`)();
    await late;
  });
  const told = expect(first).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  await hasEnded;
  await told;
  await one.sql.begin(async (tx) => {
    await tx`insert into kept values ('second')`;
    goOn();
    await expect
      .poll(() =>
        late.then(
          () => 'done',
          (error: unknown) => error,
        ),
      )
      .toMatchObject({ code: 'SESSION_ENDED' });
  });
  expect(await kept()).toEqual(['second']);
});

it('a transaction that fails by itself is rolled back, and its error told', async () => {
  const failing = one.sql.begin(async (tx) => {
    await tx`insert into kept values ('third')`;
    throw new TypeError('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect(await kept()).toEqual(['second']);
});
