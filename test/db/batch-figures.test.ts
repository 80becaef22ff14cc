import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { changeBatch } from '../../src/db/batches.ts';
import { findJob, markPublished } from '../../src/db/jobs.ts';
import { saveOutcomes, setJobState } from '../../src/db/results.ts';
import { statusText } from '../../src/db/status-column.ts';
import { BatchMoves, figuresAndRecount, MOVES } from '../support/db/batch-moves.ts';
import type { Move } from '../support/db/batch-moves.ts';
import { latch } from '../support/latch.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

const SEED = Number(process.env['FIGURES_SEED'] ?? 20_261_128);
const RUNS = Number(process.env['FIGURES_RUNS'] ?? 8);

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterEach(() => test.database.sql`truncate batches, notifications cascade`);
afterAll(() => test.drop());

const anyMove: fc.Arbitrary<Move> = fc.tuple(fc.constantFrom(...MOVES), fc.nat(1_000));
/** Something is there from the start. */
const OPENED: readonly Move[] = [
  ['open', 4],
  ['open', 3],
  ['given', 4],
];

/** Rows of a batch from row 2 on, in these states. */
async function givenRows(batchId: string, states: readonly string[]): Promise<number[]> {
  const made = await test.database.sql<{ id: number }[]>`
    insert into rows (batch_id, row, input, email, occurrence, state)
    select ${batchId}, n + 1, n::text, '', 0, state from unnest(${[...states]}::text[]) with ordinality as given(state, n)
    returning id::float8`;
  return made.map(({ id }) => id);
}

describe('figures are what a count of all rows and jobs would give', () => {
  it(
    'after anything that happens to them; a revision stands for one answer',
    { timeout: 120_000 },
    async () => {
      const { database } = test;
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.array(anyMove, { minLength: 10, maxLength: 40 }), async (moves) => {
          await database.sql`truncate batches, notifications cascade`;
          const play = new BatchMoves(database);
          const told = new Map<string, string>();
          let latest = new Map<string, number>();
          for (const move of [...OPENED, ...moves]) {
            await play.make(move);
            const { kept, counted } = await figuresAndRecount(database);
            expect(kept).toEqual(counted);
            for (const [name, n] of kept.flatMap((figures) => Object.entries(figures)))
              if (n > 0) met.add(name);
            const now = new Map<string, number>();
            for (const { id } of await database.sql<{ id: string }[]>`select id from batches`) {
              const { revision, ...figures } = await batchFigures(database.db, id);
              expect(revision).toBeGreaterThanOrEqual(latest.get(id) ?? 0);
              const answer = JSON.stringify(figures);
              expect(told.get(`${id} ${revision}`) ?? answer).toBe(answer);
              told.set(`${id} ${revision}`, answer);
              now.set(id, revision);
            }
            latest = now;
          }
        }),
        { seed: SEED, numRuns: RUNS },
      );
      // The runs meant something: each of the twelve figures was more than zero.
      expect(met.size).toBe(12);
    },
  );

  it('after many at once, none of which waits for another in a circle', { timeout: 120_000 }, async () => {
    const { database } = test;
    const lanes = fc.array(fc.array(anyMove, { minLength: 10, maxLength: 25 }), {
      minLength: 4,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(lanes, async (moves) => {
        await database.sql`truncate batches, notifications cascade`;
        const play = new BatchMoves(database);
        for (const move of OPENED) await play.make(move);
        const ends = await Promise.allSettled(
          moves.map(async (lane) => {
            // What is chosen may be gone when it is changed.
            for (const move of lane) if (move[0] !== 'remove') await play.make(move);
          }),
        );
        expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
        const { kept, counted } = await figuresAndRecount(database);
        expect(kept).toEqual(counted);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

it('two counts of one age: the batch does not stand', async () => {
  const { sql, db } = test.database;
  const batchId = await givenBatch(test.database, 'b1');
  await givenBatch(test.database, 'other');
  await givenRows(batchId, ['published', 'published']);
  const jobId = await givenJob(test.database, { batchId, customId: 'c1' });
  const [begun, goOn] = [latch(), latch()];
  const results = sql.begin(async (tx) => {
    await tx`update rows set state = 'completed' where row = 2`;
    begun.open();
    await goOn.opened;
    await tx`update rows set state = 'completed' where row = 3`;
    await tx`update jobs set state = 'completed' where id = ${jobId}`;
  });
  await begun.opened;
  // Begun later, committed sooner.
  await sql`update batches set reason = 'moved' where id = 'other'`;
  const before = await batchFigures(db, batchId);
  goOn.open();
  await results;
  const after = await batchFigures(db, batchId);
  expect([before.inFlight, before.counts.completed]).toEqual([1, 0]);
  expect([after.inFlight, after.counts.completed]).toEqual([0, 2]);
  expect(after.revision).toBeGreaterThan(before.revision);
});

it('a restored dump: its batches go on above what running workflows have seen', async () => {
  const { sql, db } = test.database;
  const batchId = await givenBatch(test.database, 'b1');
  const [rowId = 0] = await givenRows(batchId, ['pending']);
  const [dumped] = await sql`select * from batch_figures`;
  for (const state of ['published', 'failed', 'pending', 'published'])
    await sql`update rows set state = ${state} where id = ${rowId}`;
  const seen = await batchFigures(db, batchId);
  // As the dump had it.
  await sql`update batch_figures set ${sql(dumped ?? {})}`;
  await sql`update rows set state = 'completed' where id = ${rowId}`;
  expect((await batchFigures(db, batchId)).revision).toBeGreaterThan(seen.revision);
});

it('a statement that changes no figure leaves the revision, and waits for nobody who changes one', async () => {
  const { sql, db } = test.database;
  const batchId = await givenBatch(test.database, 'b1');
  await givenRows(batchId, ['pending']);
  const jobId = await givenJob(test.database, { batchId, customId: 'c1' });
  const before = await batchFigures(db, batchId);
  await changeBatch(db, batchId, async () => {
    await sql`update jobs set owes_download = true where id = ${jobId}`;
    await sql`update rows set url = 'https://a.example/'`;
  });
  expect(await batchFigures(db, batchId)).toEqual(before);
});

it('lock order: results lock rows then job, the answer of a publish locks the job then rows', async () => {
  const { sql, db } = test.database;
  const batchId = await givenBatch(test.database, 'b1');
  const [rowId = 0] = await givenRows(batchId, ['published', 'published']);
  const jobId = await givenJob(test.database, { batchId, customId: 'c1' });
  await sql`insert into job_rows (job_id, row_id, subject) select ${jobId}, id, 'https://a.example/1' from rows`;
  const job = await findJob(db, jobId);
  if (job === null) throw new Error('no job');
  const [rowsLocked, goOn] = [latch(), latch()];
  let resultsPid = 0;
  const results = changeBatch(db, batchId, async (tx) => {
    const [backend] = await tx.execute<{ pid: number }>('select pg_backend_pid() as pid');
    resultsPid = backend?.pid ?? 0;
    await saveOutcomes(tx, [{ jobId, outcomes: [{ rowId, result: null, error: 'empty' }] }], 'webscraper');
    rowsLocked.open();
    await goOn.opened;
    await setJobState(tx, [jobId], 'completed');
  });
  await rowsLocked.opened;
  const answer = changeBatch(db, batchId, (tx) => markPublished(tx, job, 77, 1_000));
  const waiting = () => sql`select from pg_stat_activity where ${resultsPid} = any(pg_blocking_pids(pid))`;
  await expect.poll(waiting, { interval: 10, timeout: 10_000 }).toHaveLength(1);
  goOn.open();
  await expect(Promise.all([results, answer])).resolves.toBeDefined();
  expect(await findJob(db, jobId)).toMatchObject({ state: 'completed', scrapingJobId: 77 });
});

it('the next job of 20,000 rows is told by its first ones', async () => {
  const { sql, db } = test.database;
  const batchId = await givenBatch(test.database, 'b1');
  await givenRows(batchId, Array<string>(1_200).fill('pending'));
  const jobId = await givenJob(test.database, { batchId, customId: 'c1' });
  await sql`update jobs set state = 'pending'`;
  const link = (rows: number) => sql`insert into job_rows (job_id, row_id, subject)
    select ${jobId}, id, 'u' from rows where row <= ${rows + 1} on conflict do nothing`;
  for (const [rows, label] of [
    [1, 'row 2'],
    [2, 'row 2 and 1 more'],
    [1_001, 'row 2 and 1000 more'],
    [1_200, 'row 2 and over 1000 more'],
  ] as const) {
    await link(rows);
    expect((await batchFigures(db, batchId)).next).toEqual({ jobId, label });
  }
});

it('what the status column is to say is one list of words, in the table and in the texts', async () => {
  const { sql } = test.database;
  const batchId = await givenBatch(test.database, 'b1');
  await givenRows(batchId, ['pending', 'published', 'redirected', 'completed', 'failed', 'invalid']);
  await sql`update rows set error = 'why: so' where state in ('failed', 'invalid')`;
  const said = await sql<{ state: string; to_show: string }[]>`select state, to_show from rows order by row`;
  expect(Object.fromEntries(said.map(({ state, to_show }) => [state, to_show]))).toEqual({
    pending: '待ち',
    published: '照会中',
    redirected: '照会中',
    completed: '完了',
    failed: '失敗: why: so',
    invalid: '無効: why: so',
  });
  const at = new Date('2026-11-24T15:04:00+09:00');
  expect(statusText(said[4]?.to_show ?? '', at)).toBe('失敗 11/24 15:04: why: so');
});
