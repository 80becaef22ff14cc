import { and, asc, eq, inArray, notInArray, sql } from 'drizzle-orm';
import { addRows } from '../../../src/batches/import-rows.ts';
import { deliverNext } from '../../../src/batches/deliver-results.ts';
import { askAgain, retryRows } from '../../../src/batches/retry-rows.ts';
import {
  changeBatch,
  dropPendingJobs,
  hasWorkbook,
  insertBatch,
  lockBatchesOf,
  runningBatch,
  setBatchState,
} from '../../../src/db/batches.ts';
import type { Database } from '../../../src/db/database.ts';
import { markFailed, markPending, markPublished, rowsOfJobs } from '../../../src/db/jobs.ts';
import type { Job } from '../../../src/db/jobs.ts';
import { redirectJob, saveOutcomes, setJobState } from '../../../src/db/results.ts';
import type { RowOutcome } from '../../../src/db/results.ts';
import { batches, jobs, rows } from '../../../src/db/schema.ts';
import { markWritten, rowsToWrite, writeAgain } from '../../../src/db/written-rows.ts';
import type { ResultsWebhook } from '../../../src/outbound/results-webhook.ts';
import { taskByName } from '../../../src/tasks/registry.ts';
import { rowResult } from '../tasks/row-result.ts';

/** A move, and what it depends on besides. */
export type Move = readonly [name: MoveName, dice: number];

export const MOVES = [
  'open',
  'given',
  'join',
  'publish',
  'putBack',
  'giveUp',
  'result',
  'late',
  'redirect',
  'write',
  'writeAgain',
  'deliver',
  'retry',
  'end',
  'remove',
] as const;
export type MoveName = (typeof MOVES)[number];

const TASK = taskByName('official_website_redirect_to_yamato_tracking');
const PLAN = { task: TASK, subjectsPerJob: 2 };
const IN_FLIGHT = ['publishing', 'published', 'incomplete'] as const;

/** All that happens to rows and jobs, on batches that are there: a move that finds nothing to do does nothing. */
export class BatchMoves {
  readonly #database: Database;
  readonly #results: ResultsWebhook;
  #serial = 0;

  /** `results` take what is delivered; unless given they take everything. */
  constructor(database: Database, results: ResultsWebhook = { send: async () => {} }) {
    this.#database = database;
    this.#results = results;
  }

  get #db() {
    return this.#database.db;
  }

  async make([name, dice]: Move): Promise<void> {
    if (name === 'open') return this.#open(dice);
    if (name === 'given') return this.#given(dice);
    const batch = this.#one(await this.#db.select().from(batches).orderBy(asc(batches.id)), dice);
    if (batch !== null) await this.#changes[name](batch, dice);
  }

  #one<T>(list: readonly T[], dice: number): T | null {
    return list[dice % Math.max(1, list.length)] ?? null;
  }

  async #job(batchId: string, dice: number, states: readonly Job['state'][]): Promise<Job | null> {
    const where = and(eq(jobs.batchId, batchId), inArray(jobs.state, [...states]));
    return this.#one(await this.#db.select().from(jobs).where(where).orderBy(asc(jobs.id)), dice);
  }

  /** `?` cannot be understood; batches have the same contents, and rows of one share a URL. */
  #sheet(dice: number) {
    const own = Array.from({ length: 1 + (dice % 5) }, (_, index) => {
      this.#serial += 1;
      const input = index === 2 ? '?' : `https://shop.example/${Math.floor(index / 2)}`;
      const cell = { input, inputUrl: null, email: '', result: '', resultIsFormula: false };
      return { ...cell, row: this.#serial + 1, occurrence: index, warnings: [] };
    });
    return { rows: own, warnings: [] };
  }

  async #open(dice: number): Promise<void> {
    this.#serial += 1;
    const id = `b${this.#serial}`;
    const workbook = `/workbooks/${dice % 2}.xlsx`;
    const columns = { input: 'A', email: 'B', result: 'C', status: dice % 2 === 0 ? 'D' : null };
    // One that runs there has ended, unless another opened it a moment ago.
    const other = await runningBatch(this.#db, workbook, TASK.name);
    if (other !== null) await setBatchState(this.#db, other.id, 'completed', null);
    const own = { id, workflowId: id, task: TASK.name, workbook, columns, chosenRows: null, fresh: false };
    if ((await insertBatch(this.#db, own)) !== null) await this.#changes.join(own, dice);
  }

  /** One without a workbook, whose results are delivered. */
  async #given(dice: number): Promise<void> {
    this.#serial += 1;
    const id = `b${this.#serial}`;
    const columns = { input: 'A', email: 'B', result: 'C', status: null };
    const own = { id, workflowId: id, task: TASK.name, workbook: null, rowsFrom: 'rows.csv' };
    await insertBatch(this.#db, { ...own, columns, chosenRows: null, fresh: false });
    await this.#changes.join(own, dice);
  }

  #outcomes(job: Job, dice: number): Promise<RowOutcome[]> {
    return rowsOfJobs(this.#db, [job.id]).then((links) =>
      links.map(({ row }, index): RowOutcome => {
        const stateText = (dice + index) % 3 === 0 ? '配達完了' : '輸送中';
        const result = rowResult(`text ${dice % 4}`, { stateText, statusText: null });
        return (dice + index) % 4 === 0
          ? { rowId: row.id, result: null, error: 'no record' }
          : { rowId: row.id, result, error: null };
      }),
    );
  }

  async #bring(batchId: string, job: Job | null, dice: number): Promise<void> {
    if (job === null) return;
    const outcomes = await this.#outcomes(job, dice);
    await changeBatch(this.#db, batchId, async (tx) => {
      await saveOutcomes(tx, [{ jobId: job.id, outcomes }], 'webscraper');
      await setJobState(tx, [job.id], dice % 5 === 0 ? 'incomplete' : 'completed');
    });
  }

  readonly #changes: Record<
    Exclude<MoveName, 'open' | 'given'>,
    (batch: { id: string; workbook: string | null }, dice: number) => Promise<void>
  > = {
    join: ({ id }, dice) =>
      changeBatch(this.#db, id, async (tx) => {
        const own = await tx
          .select()
          .from(rows)
          .where(and(eq(rows.batchId, id), eq(rows.state, 'failed')));
        await askAgain(tx, id, own.slice(0, 1), PLAN);
        await addRows(tx, id, this.#sheet(dice), PLAN);
      }),
    publish: async ({ id }, dice) => {
      const job = await this.#job(id, dice, ['pending', 'publishing', 'failed']);
      if (job === null) return;
      await changeBatch(this.#db, id, async (tx) => {
        await tx
          .update(jobs)
          .set({ state: 'publishing' })
          .where(and(eq(jobs.id, job.id), eq(jobs.state, 'pending')));
        if (dice % 3 > 0) await markPublished(tx, job, dice, 1_000);
      });
    },
    putBack: async ({ id }, dice) => {
      const job = await this.#job(id, dice, ['publishing']);
      if (job !== null) await changeBatch(this.#db, id, (tx) => markPending(tx, job.id));
    },
    giveUp: async ({ id }, dice) => {
      const job = await this.#job(id, dice, ['pending', ...IN_FLIGHT]);
      if (job !== null) await changeBatch(this.#db, id, (tx) => markFailed(tx, job.id, 'gone'));
    },
    result: async ({ id }, dice) => this.#bring(id, await this.#job(id, dice, IN_FLIGHT), dice),
    late: async ({ id }, dice) => this.#bring(id, await this.#job(id, dice, ['completed', 'failed']), dice),
    redirect: async ({ id }, dice) => {
      const job = await this.#job(id, dice, ['published']);
      if (job === null || job.redirectOf !== null) return;
      await changeBatch(this.#db, id, async (tx) => {
        const to = taskByName('redirect_to_japan_post_tracking');
        await redirectJob(tx, job, job.subjects.slice(0, 1 + (dice % 2)), to);
        await setJobState(tx, [job.id], 'redirected');
      });
    },
    write: async ({ id }, dice) => {
      const batch = await this.#db.query.batches.findFirst({ where: eq(batches.id, id) });
      if (batch === undefined || !hasWorkbook(batch)) return;
      const behind = await rowsToWrite(this.#db, batch);
      const written = behind.slice(dice % 2).map(({ row, unwritten }) => ({
        id: String(row.id),
        outcome: dice % 7 === 0 ? ('person' as const) : ('written' as const),
        row: row.row,
        before: '',
        text: unwritten ? row.result : null,
        shown: row.toShow,
      }));
      await this.#db.transaction(async (tx) => {
        await lockBatchesOf(tx, batch.workbook);
        await markWritten(tx, 'C', written);
      });
    },
    writeAgain: async ({ workbook }, dice) => {
      if (workbook === null) return;
      await this.#db.transaction(async (tx) => {
        await lockBatchesOf(tx, workbook);
        const own = and(eq(batches.workbook, workbook), eq(rows.state, 'completed'));
        const done = await tx
          .select({ id: rows.id })
          .from(rows)
          .innerJoin(batches, eq(batches.id, rows.batchId))
          .where(own);
        const again = done.map(({ id }) => id).filter((id) => (id + dice) % 3 === 0);
        await writeAgain(tx, again);
      });
    },
    deliver: async ({ id, workbook }, dice) => {
      if (workbook !== null) return;
      const send: ResultsWebhook['send'] = async (delivery) => {
        if (dice % 5 === 0) throw new Error('not taken');
        await this.#results.send(delivery);
        if (dice % 5 === 1) throw new Error('killed before that is recorded');
      };
      const deps = { database: this.#database, results: { send } };
      await deliverNext(deps, id, dice % 2 === 0).catch(() => {});
    },
    retry: async ({ id }, dice) => {
      const named = dice % 2 === 0 ? null : [dice % 40, (dice % 40) + 1];
      await changeBatch(this.#db, id, (tx) => retryRows(tx, id, named, PLAN));
    },
    end: async ({ id }, dice) => {
      await changeBatch(this.#db, id, async (tx) => {
        if (dice % 2 === 0) await dropPendingJobs(tx, id);
        await setBatchState(tx, id, dice % 2 === 0 ? 'cancelled' : 'completed', null);
      });
    },
    remove: async ({ id }, dice) => {
      if (dice % 4 > 0) return;
      await changeBatch(this.#db, id, async (tx) => {
        // Rows and jobs of their own, and a whole batch with what hangs on it.
        await tx.delete(jobs).where(and(eq(jobs.batchId, id), notInArray(jobs.state, [...IN_FLIGHT])));
        await tx.delete(rows).where(and(eq(rows.batchId, id), sql`${rows.id} % 2 = 0`));
      });
      if (dice % 8 === 0) await this.#db.delete(batches).where(eq(batches.id, id));
    },
  };
}

type Figures = Record<string, number>;

/** What `batch_figures` has, and what a count of all rows and jobs gives, batch by batch. */
export async function figuresAndRecount({
  sql: query,
}: Database): Promise<{ kept: Figures[]; counted: Figures[] }> {
  const kept = await query<Figures[]>`
    select batch_id, total, pending, published, redirected, completed, failed, invalid, unwritten, unshown, delivered,
           pending_jobs, in_flight_jobs from batch_figures order by batch_id`;
  const counted = await query<Figures[]>`
    select b.id as batch_id, r.*, j.* from batches b, lateral (
      select count(*)::int as total, (count(*) filter (where state = 'pending'))::int as pending,
             (count(*) filter (where state = 'published'))::int as published,
             (count(*) filter (where state = 'redirected'))::int as redirected,
             (count(*) filter (where state = 'completed'))::int as completed,
             (count(*) filter (where state = 'failed'))::int as failed,
             (count(*) filter (where state = 'invalid'))::int as invalid,
             (count(*) filter (where state = 'completed' and written_at is null))::int as unwritten,
             (count(*) filter (where shown is distinct from to_show))::int as unshown,
             (count(*) filter (where status = 'delivered'))::int as delivered
      from rows where batch_id = b.id) r, lateral (
      select (count(*) filter (where state = 'pending'))::int as pending_jobs,
             (count(*) filter (where state in ('publishing', 'published', 'incomplete')))::int as in_flight_jobs
      from jobs where batch_id = b.id) j
    order by b.id`;
  return { kept: [...kept], counted: [...counted] };
}
