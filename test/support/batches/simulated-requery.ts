import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { sql } from 'drizzle-orm';
import { createBatchActivities } from '../../../activities/batch.ts';
import { createRequeryActivities } from '../../../activities/requery.ts';
import { createSavedBatchActivities } from '../../../activities/saved-batches.ts';
import { createYamatoActivities } from '../../../activities/yamato.ts';
import { deliverNext } from '../../../src/batches/deliver-results.ts';
import { addRows } from '../../../src/batches/import-rows.ts';
import { COLUMNS_OF_ROWS, withIds } from '../../../src/batches/new-batch.ts';
import { giveBack } from '../../../src/batches/rounds/give-back.ts';
import { BATCHES_GO_FIRST, priorityOf } from '../../../src/batches/rounds/give-way.ts';
import { judgeHistory } from '../../../src/carriers/judge-history.ts';
import { yamatoHistory } from '../../../src/carriers/yamato/parcel-history.ts';
import type { YamatoEvent, YamatoParcel } from '../../../src/carriers/yamato/types.ts';
import { batchFigures } from '../../../src/db/batch-figures.ts';
import { changeBatch, findBatch, insertBatch } from '../../../src/db/batches.ts';
import type { Database } from '../../../src/db/database.ts';
import { findJob, rowsOfJobs } from '../../../src/db/jobs.ts';
import { saveOutcomes, setJobState } from '../../../src/db/results.ts';
import { AccountClock } from '../../../src/pacing/account-clock.ts';
import { CarrierClock } from '../../../src/pacing/carrier-clock.ts';
import type { CarrierTurn, RequestEnd } from '../../../src/pacing/carrier-clock.ts';
import type { Queries } from '../../../src/db/database.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { taskByName } from '../../../src/tasks/registry.ts';
import type { RowResult } from '../../../src/tasks/result.ts';
import type { TaskName, TrackingTask } from '../../../src/tasks/types.ts';
import { startWorkflow } from '../../../src/temporal/start-batch.ts';

/** What an activity waits for itself. */
const WAITED_IN_ACTIVITY_MS = 10_000;
/** A workflow has its timer so long after its activity. */
const QUIET_MS = 15;
const LONGEST_SETTLING_MS = 5_000;
/** Two delays of two seconds that a job is published with, and the page itself. */
const PAGE_MS = 5_000;

class SimulatedCarrierClock extends CarrierClock {
  #pass: (ms: number) => void = () => {};

  /** The rest of a pause passes at once. */
  passing(pass: (ms: number) => void): this {
    this.#pass = pass;
    return this;
  }

  override async begin(jobId: number, pauseMs: number): Promise<CarrierTurn> {
    const turn = await super.begin(jobId, pauseMs);
    if (turn.begun) return { ...turn, delayMs: 0 };
    if (turn.waitMs > WAITED_IN_ACTIVITY_MS) return turn;
    this.#pass(turn.waitMs);
    return this.begin(jobId, pauseMs);
  }

  override end(tx: Queries, requestId: number, end: RequestEnd): Promise<void> {
    return super.end(tx, requestId, 'error' in end ? end : { ...end, sinceMs: 0 });
  }
}

interface Outcome {
  waitMs?: number;
  next?: unknown;
  cancelled?: unknown;
  ended?: boolean;
}

export interface Asked {
  number: string;
  atMs: number;
  carrier: 'yamato' | 'japan_post';
}

/**
 * Rounds and batches on the real database, clocks and workflows, in time that is skipped: whoever is asked answers at once
 * with what `eventsOf` has of a number by then.
 */
export class SimulatedRequery {
  readonly asked: Asked[] = [];
  readonly calls: number[] = [];
  /** Yamato answers with an error while it is down. */
  isYamatoDown = false;
  nowMs = 0;
  readonly #env: TestWorkflowEnvironment;
  readonly #database: Database;
  readonly #settings: Settings;
  readonly #eventsOf: (number: string, nowMs: number) => YamatoEvent[];
  readonly #clock: AccountClock;
  #ticks = 0;
  #busy = 0;
  #lastEndMs = 0;
  /** When a batch has its next job sent. */
  readonly #wakesMs = new Map<string, number>();
  /** Batches whose workflow is under way. */
  readonly #open = new Set<string>();

  constructor(
    env: TestWorkflowEnvironment,
    database: Database,
    settings: Settings,
    eventsOf: (number: string, nowMs: number) => YamatoEvent[],
  ) {
    this.#env = env;
    this.#database = database;
    this.#settings = settings;
    this.#eventsOf = eventsOf;
    this.#clock = new AccountClock(
      database,
      settings,
      (query) => query`${new Date(this.nowMs).toISOString()}::timestamptz`,
    );
  }

  readonly #planOf = (task: TrackingTask) => {
    const { lookup } = task;
    return { task, subjectsPerJob: lookup.by === 'carrier' ? lookup.numbersPerRequest : 1 };
  };
  readonly #now = async () => new Date(this.nowMs);

  /** As the schedule starts it; then what was begun goes on beside whatever follows. */
  async tick(): Promise<void> {
    await this.#standing(() =>
      this.#env.client.workflow.execute('RequeryWorkflow', {
        workflowId: `requery-${(this.#ticks += 1)}`,
        taskQueue: 'acquisition_queue',
      }),
    );
  }

  /** Waits for a batch's end. Its workflow's own would be waited for until ten years later, when the server ends them all. */
  async ended(batchId: string): Promise<void> {
    while ((await findBatch(this.#database.db, batchId))?.finishedAt === null) await this.#env.sleep('10s');
  }

  /** Starts a batch of numbers without a workbook; gives its id. */
  async batch(task: TaskName, numbers: readonly string[]): Promise<string> {
    const { db } = this.#database;
    const batch = await insertBatch(
      db,
      withIds({
        ...{ task, workbook: null, rowsFrom: 'rows', sheet: 'rows' },
        ...{ columns: COLUMNS_OF_ROWS, chosenRows: null, fresh: true },
      }),
    );
    if (batch === null) throw new TypeError('no batch');
    const rows = numbers.map((input, index) => ({
      ...{ input, inputUrl: null, email: '', row: index + 2, occurrence: 0 },
      ...{ result: '', resultIsFormula: false, warnings: [] },
    }));
    await db.transaction((tx) =>
      addRows(tx, batch.id, { rows, warnings: [] }, this.#planOf(taskByName(task))),
    );
    const deps = { database: this.#database, client: this.#env.client, settings: this.#settings };
    await startWorkflow(deps, batch, null);
    this.#open.add(batch.id);
    return batch.id;
  }

  activities(): object {
    const database = this.#database;
    // What is waited for in an activity passes for this carrier alone: others are at work meanwhile.
    let aheadMs = 0;
    const carrierNowMs = () => Math.max(this.nowMs, aheadMs);
    const carrierClock = new SimulatedCarrierClock(
      database,
      'yamato',
      () => sql`${new Date(carrierNowMs()).toISOString()}::timestamptz`,
    ).passing((ms) => {
      aheadMs = carrierNowMs() + Math.ceil(ms);
    });
    const deps = { database, planOf: this.#planOf, clock: this.#clock, carrierClock };
    const all = {
      ...createBatchActivities(deps),
      ...createRequeryActivities({ ...this.#settings, ...deps, now: this.#now }),
      ...createSavedBatchActivities({ database, client: this.#env.client, settings: this.#settings }),
      ...createYamatoActivities({ ...this.#settings, ...deps, yamato: { ask: this.#askYamato } }),
      publishJob: this.#publishJob,
      writeBack: this.#writeBack,
    };
    return Object.fromEntries(
      Object.entries(all).map(([name, activity]) => [
        name,
        (input: { batchId: string }) =>
          this.#standing(async () => {
            const { batchId } = input ?? {};
            if (name === 'startSavedBatch') this.#open.add(batchId);
            if (name === 'askGroup' || name === 'publishJob') this.#wakesMs.delete(batchId);
            const outcome = await (activity as (one: object) => Promise<unknown>)(input);
            this.#noteWake(batchId, outcome as Outcome | undefined);
            return outcome;
          }),
      ]),
    );
  }

  #noteWake(batchId: string, outcome: Outcome = {}): void {
    const { waitMs = 0, next = null, cancelled = null, ended = false } = outcome;
    if (waitMs > 1 && next !== null && cancelled === null) this.#wakesMs.set(batchId, this.nowMs + waitMs);
    if (ended) this.#open.delete(batchId);
  }

  /**
   * Time passes, from one job that is to be sent to the next: in one go it would run on while workflows are at work.
   */
  async advance(ms: number): Promise<void> {
    const endMs = (await this.#env.currentTimeMs()) + ms;
    for (let nowMs = endMs - ms; nowMs < endMs; nowMs = await this.#env.currentTimeMs()) {
      await this.#settled(nowMs);
      const wakesMs = [...this.#open].map((batchId) => this.#wakesMs.get(batchId) ?? endMs);
      const wakeMs = Math.min(endMs, ...wakesMs);
      await this.#env.sleep(Math.max(1, Math.ceil(wakeMs - nowMs)));
    }
    await this.#settled(endMs);
  }

  async #settled(nowMs: number): Promise<void> {
    const untilMs = performance.now() + LONGEST_SETTLING_MS;
    const isQuiet = () =>
      this.#busy === 0 &&
      performance.now() - this.#lastEndMs > QUIET_MS &&
      [...this.#open].every((batchId) => (this.#wakesMs.get(batchId) ?? 0) > nowMs);
    while (!isQuiet() && performance.now() < untilMs) await delay(2);
  }

  /** Otherwise hours are skipped while an activity works for a millisecond, and its heartbeat with them. */
  async #standing<T>(work: () => Promise<T>): Promise<T> {
    const { testService } = this.#env.connection;
    if (testService === undefined) throw new Error('no time-skipping server');
    await testService.lockTimeSkipping({});
    this.#busy += 1;
    try {
      this.nowMs = Math.max(this.nowMs, await this.#env.currentTimeMs());
      return await work();
    } finally {
      this.#busy -= 1;
      this.#lastEndMs = performance.now();
      await testService.unlockTimeSkipping({});
    }
  }

  readonly #askYamato = async (numbers: readonly string[]) => {
    if (this.isYamatoDown) {
      const { YamatoError } = await import('../../../src/carriers/yamato/yamato-error.ts');
      throw new YamatoError('YAMATO_UNAVAILABLE', 'Yamato answers 503');
    }
    for (const number of numbers) this.asked.push({ number, atMs: this.nowMs, carrier: 'yamato' });
    const parcels = numbers.map((number) => this.#parcelOf(number));
    return { parcels, answeredAt: new Date(this.nowMs), tookMs: 800 };
  };

  #parcelOf(number: string): YamatoParcel {
    const events = this.#eventsOf(number, this.nowMs);
    const stateText = events.at(-1)?.stateText ?? '伝票番号未登録';
    return {
      number,
      stateText,
      status: 'unknown',
      date: null,
      events,
      product: null,
      windows: [],
      summary: null,
    };
  }

  /** A scraping job whose results are there at once; its download counts as if made when all pages have been scraped. */
  readonly #publishJob = async ({ batchId, jobId }: { batchId: string; jobId: number }) => {
    const { db } = this.#database;
    const job = await findJob(db, jobId);
    const wait = async (waitMs: number, why: string) => ({
      ...{ outcome: 'wait', waitMs, why, held: false },
      ...(await batchFigures(db, batchId)),
    });
    if (job === null || job.state !== 'pending')
      return { outcome: 'failed', ...(await batchFigures(db, batchId)) };
    const priority = await priorityOf(db, job);
    if (priority === 'gave way') return wait(1, BATCHES_GO_FIRST);
    const turn = await this.#clock.reservePublish(jobId, priority === 'round');
    if (!turn.granted) return wait(turn.waitMs, turn.why);
    if (turn.delayMs > 0) {
      await this.#clock.giveBack(jobId, turn.callId);
      return wait(turn.delayMs, 'its turn');
    }
    const begun = await this.#clock.begin(turn.callId, jobId);
    if (!begun.granted) return wait(1, begun.why);
    await this.#clock.settle(turn.callId, { rateLimit: { budget: null, retryAfterMs: null } });
    const download = await this.#clock.reserveDownload(jobId);
    if (!download.granted) throw new Error(`a download owed was refused: ${download.why}`);
    await this.#clock.settle(download.callId, { rateLimit: { budget: null, retryAfterMs: null } });
    await db.execute(sql`update calls set expires_at = expires_at + ${job.subjects.length * PAGE_MS} * interval '1 millisecond'
      where id = ${download.callId}`);
    this.calls.push(this.nowMs, this.nowMs);
    await changeBatch(db, batchId, async (tx) => {
      const outcomes = (await rowsOfJobs(tx, [jobId])).map(({ row }) => ({
        rowId: row.id,
        result: this.#resultOf(row.trackingNumber ?? ''),
        error: null,
      }));
      await saveOutcomes(tx, [{ jobId, outcomes }], 'webscraper');
      await setJobState(tx, [jobId], 'completed');
    });
    return { outcome: 'published', ...(await batchFigures(db, batchId)) };
  };

  #resultOf(number: string): RowResult {
    this.asked.push({ number, atMs: this.nowMs, carrier: 'japan_post' });
    const parcel = this.#parcelOf(number);
    const history = { ...yamatoHistory(parcel, new Date(this.nowMs)), carrier: 'japan_post' as const };
    const said = {
      text: parcel.stateText,
      trackingNumber: number,
      orderNumber: null,
      statusText: parcel.stateText,
    };
    return { ...said, ...judgeHistory(history), history };
  }

  readonly #writeBack = async ({ batchId, isLast }: { batchId: string; isLast?: boolean }) => {
    const database = this.#database;
    const batch = await findBatch(database.db, batchId);
    if (batch?.isRound === true) await giveBack({ database, now: this.#now }, batchId, isLast === true);
    else await deliverNext({ database, results: null }, batchId, isLast === true);
    return batchFigures(database.db, batchId);
  };
}
