import { isNull } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deliverNext } from '../../src/batches/deliver-results.ts';
import { rowReports } from '../../src/batches/row-reports.ts';
import { batches } from '../../src/db/schema.ts';
import { BatchMoves, MOVES } from '../support/db/batch-moves.ts';
import type { Move } from '../support/db/batch-moves.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

const SEED = Number(process.env['FIGURES_SEED'] ?? 20_261_128);
const RUNS = Number(process.env['FIGURES_RUNS'] ?? 8);

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

interface Told {
  batchId: string;
  rows: { row: number; state: string }[];
  done: boolean;
}

const ENDED: ReadonlySet<unknown> = new Set(['completed', 'failed', 'invalid']);
const anyMove: fc.Arbitrary<Move> = fc.tuple(
  fc.constantFrom(...MOVES.filter((move) => move !== 'open' && move !== 'remove'), 'deliver' as const),
  fc.nat(1_000),
);

/** Whoever takes each delivery once, by its id, in the order in which they come. */
function receiver() {
  const deliveries = new Map<string, Told>();
  const send = async ({ id, body }: { id: string; body: string }) => {
    const known = deliveries.get(id);
    const told = JSON.parse(body) as Told;
    if (known !== undefined) expect(told).toEqual(known);
    else deliveries.set(id, told);
  };
  const of = (batchId: string) => [...deliveries.values()].filter((told) => told.batchId === batchId);
  return { send, of };
}

it(
  'whatever happens, whoever takes deliveries by their ids knows every end in the end, and that it is one',
  { timeout: 120_000 },
  async () => {
    const { database } = test;
    await fc.assert(
      fc.asyncProperty(fc.array(anyMove, { minLength: 20, maxLength: 60 }), async (moves) => {
        await database.sql`truncate batches, notifications cascade`;
        const results = receiver();
        const play = new BatchMoves(database, results);
        for (const move of [['given', 4], ['given', 3], ...moves] as Move[]) await play.make(move);
        const given = await database.db.select().from(batches).where(isNull(batches.workbook));
        for (const { id } of given) {
          while (await deliverNext({ database, results }, id, true));
          const told = results.of(id);
          expect(told.at(-1)?.done).toBe(true);
          expect(told.every(({ rows, done }) => done || rows.length === 10)).toBe(true);
          const last = new Map(told.flatMap(({ rows }) => rows).map((row) => [row.row, row]));
          for (const { row, state, result, error } of await rowReports(database.db, id))
            if (ENDED.has(state)) expect(last.get(row)).toMatchObject({ state, result, error });
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
  },
);
