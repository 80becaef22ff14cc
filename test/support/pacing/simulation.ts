import { dropPendingJobs } from '../../../src/db/batches.ts';
import { batchFigures } from '../../../src/db/batch-figures.ts';
import { findJob, markFailed, markPending, markPublished } from '../../../src/db/jobs.ts';
import { setJobState } from '../../../src/db/results.ts';
import type { AccountClock, Turn } from '../../../src/pacing/account-clock.ts';
import type { ApiError } from '../../../src/webscraper/api-error.ts';
import { CALL_TIMEOUT_MS } from '../../../src/webscraper/client.ts';
import { MAX_WAIT_MS } from '../../../src/pacing/account-turns.ts';
import type { AccountLimits } from '../../../src/pacing/account-turns.ts';
import { answer, NOON_MS, outage, refusal } from './clock-harness.ts';
import type { ClockHarness } from './clock-harness.ts';

export interface Scenario {
  limits: AccountLimits;
  /** Jobs of each batch. */
  batches: readonly number[];
  /** How many windows a scraping job takes. */
  jobWindows: number;
  /** The longest way of a call to the API, and back. */
  latencyMs: number;
  /** Whether someone else uses the account. */
  foreign: boolean;
  /** Deaths, stalls, failing answers, cancels, jumps of the clock: so many, then all goes well. */
  mishaps: number;
  /** What everything else depends on. */
  dice: readonly number[];
}

type Granted = Extract<Turn, { granted: true }>;

/** A worker that does not answer is given up after so long. */
const HEARTBEAT_MS = 5_000;
const BEGIN_EARLY_MS = 30;
const MAX_EVENTS = 3_000;

/**
 * Batches, workers and the API in time that is only counted: `realMs` is everybody's, the clock's own may jump. Does
 * what the activities do, call by call, and looks at what came of it at the API.
 */
export class Simulation {
  readonly #world: ClockHarness;
  readonly #clock: AccountClock;
  readonly #scenario: Scenario;
  #realMs = 0;
  #jumpedMs = 0;
  #mishaps: number;
  #rolls = 0;
  readonly #events: { atMs: number; run: () => Promise<void> }[] = [];
  /** Our own calls and all that the API counts, by arrival. */
  readonly #own: number[] = [];
  readonly #counted: number[] = [];
  #lastStartMs = -Infinity;
  readonly seen = { publishes: 0, downloads: 0, checks: 0, refusedByApi: 0, mishaps: 0, waits: 0 };

  constructor(world: ClockHarness, scenario: Scenario) {
    this.#world = world;
    this.#scenario = scenario;
    this.#clock = world.clock(scenario.limits);
    this.#mishaps = scenario.mishaps;
  }

  /** Runs until nothing is left to do. Throws at the first rule broken. */
  async run(): Promise<void> {
    for (const [index, jobs] of this.#scenario.batches.entries()) {
      const batch = `batch ${index}`;
      await this.#world.addBatch(batch);
      await this.#world.addJobs(jobs, batch);
      this.#in(this.#roll(5_000), () => this.#nextOf(batch));
    }
    if (this.#scenario.foreign) this.#in(this.#roll(20_000), () => this.#someoneElse(8));
    let events = 0;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      if (++events > MAX_EVENTS) throw new Error('no end to it');
      this.#realMs = event.atMs;
      this.#world.time.ms = NOON_MS + this.#realMs - this.#jumpedMs;
      await event.run();
    }
    await this.#nothingIsLost();
  }

  #roll(below: number): number {
    const { dice } = this.#scenario;
    return (dice[this.#rolls++ % dice.length] ?? 0) % Math.max(1, below);
  }

  /** One of the mishaps, at one time in `times`, while there are any left. */
  #mishap(times: number): boolean {
    if (this.#mishaps === 0 || this.#roll(times) !== times - 1) return false;
    this.#mishaps--;
    this.seen.mishaps++;
    return true;
  }

  #in(delayMs: number, run: () => Promise<void>): void {
    const atMs = this.#realMs + delayMs;
    const later = this.#events.findIndex((event) => event.atMs > atMs);
    this.#events.splice(later === -1 ? this.#events.length : later, 0, { atMs, run });
  }

  async #nextOf(batch: string): Promise<void> {
    const { db } = this.#world.database;
    if (this.#mishap(12)) this.#jumpedMs += this.#roll(7_200_000);
    if (this.#mishap(40)) await db.transaction((tx) => dropPendingJobs(tx, batch));
    const { next } = await batchFigures(db, batch);
    if (next === null) return;
    const goOn = () => this.#nextOf(batch);
    const turn = await this.#clock.reservePublish(next.jobId);
    if (!turn.granted) {
      this.seen.waits++;
      if (turn.held) await this.#probe();
      return this.#in(Math.max(1, turn.waitMs), goOn);
    }
    if (this.#mishap(8)) return this.#in(HEARTBEAT_MS, () => this.#settleDead(next.jobId, goOn));
    if (this.#mishap(10)) {
      await this.#clock.giveBack(next.jobId, turn.callId);
      return this.#in(1_000, goOn);
    }
    const beginMs = Math.max(0, turn.delayMs - BEGIN_EARLY_MS);
    if (this.#mishap(8)) {
      // Stopped for longer than its heartbeat; it wakes when the job may be in other hands.
      this.#in(beginMs + HEARTBEAT_MS, () => this.#settleDead(next.jobId, goOn));
      return this.#in(beginMs + this.#roll(60_000), () => this.#begin(next.jobId, turn, async () => {}));
    }
    const lateMs = this.#mishap(10) ? this.#roll(MAX_WAIT_MS + 2_000) : 0;
    this.#in(beginMs + lateMs, () => this.#begin(next.jobId, turn, goOn));
  }

  /** As the workflow does for a worker that died; between its two steps the dead may wake. */
  async #settleDead(jobId: number, goOn: () => Promise<void>): Promise<void> {
    const { db } = this.#world.database;
    const state = (await findJob(db, jobId))?.state;
    this.#in(this.#roll(3), async () => {
      if (state === 'pending') await this.#clock.giveBack(jobId);
      if (state === 'publishing') await db.transaction((tx) => markFailed(tx, jobId, 'perhaps published'));
      await goOn();
    });
  }

  async #begin(jobId: number, turn: Granted, goOn: () => Promise<void>): Promise<void> {
    const begun = await this.#clock.begin(turn.callId, jobId);
    if (!begun.granted) return this.#in(1, goOn);
    if (this.#mishap(8)) return this.#in(HEARTBEAT_MS, () => this.#settleDead(jobId, goOn));
    this.#in(begun.delayMs, async () => {
      this.#paceHolds();
      this.seen.publishes++;
      if (this.#mishap(12)) return this.#publishFailed(turn, jobId, outage('API_NO_CONNECTION'), goOn);
      const jobMs = this.#scenario.jobWindows * this.#scenario.limits.callWindowMs;
      this.#call(async (met) => {
        if (met === null) this.#in(jobMs, () => this.#download(jobId, 0));
        if (this.#mishap(12)) return this.#settleDead(jobId, goOn);
        if (met !== null) return this.#publishFailed(turn, jobId, met.error, goOn);
        const { db } = this.#world.database;
        const job = await findJob(db, jobId);
        if (job !== null) await db.transaction((tx) => markPublished(tx, job, jobId, 900_000));
        await this.#clock.settle(turn.callId, this.#told());
        this.#in(0, goOn);
      });
    });
  }

  async #publishFailed(
    turn: Granted,
    jobId: number,
    error: ApiError,
    goOn: () => Promise<void>,
  ): Promise<void> {
    const { db } = this.#world.database;
    await this.#clock.settle(turn.callId, error);
    if (error.perhapsTaken) await db.transaction((tx) => markFailed(tx, jobId, error.message));
    else await markPending(db, jobId);
    this.#in(1, goOn);
  }

  async #download(jobId: number, failures: number): Promise<void> {
    const { db } = this.#world.database;
    const again = (inMs: number, failed: number) => this.#in(inMs, () => this.#download(jobId, failed));
    const job = await findJob(db, jobId);
    if (job?.state === 'failed') await db.transaction((tx) => markPublished(tx, job, jobId, 900_000));
    const owed = job?.owesDownload === true;
    const turn = await this.#clock.reserveDownload(jobId);
    if (!turn.granted) {
      // Refused its login lately, it would be so again.
      if (owed && !turn.held && !turn.why.startsWith('closed until'))
        throw new Error(`an owed download waits: ${turn.why}`);
      return again(turn.waitMs, failures);
    }
    if (this.#mishap(15)) return again(10_000, failures);
    this.#call(async (met) => {
      await this.#clock.settle(turn.callId, met === null ? this.#told() : met.error);
      if (met?.error.code === 'API_RATE_LIMITED') return again(1_000, failures);
      if (met !== null) return again(5_000, failures + 1);
      this.seen.downloads++;
      await db.transaction((tx) => setJobState(tx, [jobId], 'completed'));
      if (this.#roll(4) === 3) await this.#check(jobId);
    });
  }

  async #check(jobId: number): Promise<void> {
    const turn = await this.#clock.reserveCheck(jobId);
    if (!turn.granted) return this.#in(turn.waitMs, () => this.#check(jobId));
    this.#call(async (met) => {
      this.seen.checks++;
      await this.#clock.settle(turn.callId, met === null ? this.#told() : met.error);
    });
  }

  async #probe(): Promise<void> {
    const turn = await this.#clock.reserveProbe();
    if (!turn.granted) return;
    this.#call(async (met) => {
      await this.#clock.settle(turn.callId, met === null ? this.#told() : met.error);
      if (met === null) await this.#clock.open();
    });
  }

  /** One call, from its start: it reaches the API, whose answer comes back. */
  #call(answered: (met: { error: ApiError } | null) => Promise<void>): void {
    const thereMs = this.#roll(this.#scenario.latencyMs);
    const backMs = this.#roll(this.#scenario.latencyMs);
    this.#in(thereMs, async () => {
      const met = this.#arrive();
      this.#in(backMs, () => answered(met));
    });
  }

  #arrive(): { error: ApiError } | null {
    const { callLimit, callWindowMs } = this.#scenario.limits;
    this.#own.push(this.#realMs);
    const own = this.#inWindow(this.#own).length;
    if (!this.#scenario.foreign && own > callLimit)
      throw new Error(`${own} calls within ${callWindowMs} ms, allowed are ${callLimit}`);
    const counted = this.#inWindow(this.#counted);
    if (counted.length >= callLimit) {
      this.seen.refusedByApi++;
      if (!this.#scenario.foreign) throw new Error('429 from the API');
      const leavesMs = (counted[counted.length - callLimit] ?? 0) + callWindowMs - this.#realMs;
      return { error: refusal(429, Math.ceil(leavesMs / 1_000) * 1_000) };
    }
    if (this.#mishap(20)) return { error: refusal(429, this.#roll(30) * 1_000) };
    this.#counted.push(this.#realMs);
    if (this.#mishap(20)) return { error: outage('API_SERVER_ERROR') };
    return this.#mishap(30) ? { error: refusal(401) } : null;
  }

  #inWindow(arrivals: readonly number[]): number[] {
    return arrivals.filter((atMs) => atMs > this.#realMs - this.#scenario.limits.callWindowMs);
  }

  #told() {
    const { callLimit } = this.#scenario.limits;
    return answer(Math.max(0, callLimit - this.#inWindow(this.#counted).length), callLimit);
  }

  async #someoneElse(times: number): Promise<void> {
    const calls = this.#roll(4);
    for (let i = 0; i < calls; i++)
      if (this.#inWindow(this.#counted).length < this.#scenario.limits.callLimit)
        this.#counted.push(this.#realMs);
    if (times > 1)
      this.#in(this.#roll(this.#scenario.limits.callWindowMs), () => this.#someoneElse(times - 1));
  }

  #paceHolds(): void {
    const gapMs = this.#realMs - this.#lastStartMs;
    this.#lastStartMs = this.#realMs;
    if (gapMs < this.#scenario.limits.publishIntervalMs) throw new Error(`two publishes ${gapMs} ms apart`);
  }

  /** All workers are gone, all jobs settled: nothing is kept, and the next publish comes as soon as it may. */
  async #nothingIsLost(): Promise<void> {
    const left = await this.#world.sql`select id, state from jobs where state not in ('completed', 'failed')`;
    if (left.length > 0) throw new Error(`${left.length} jobs never came to their end`);
    const owed = await this.#world.owed();
    if (owed > 0) throw new Error(`${owed} downloads are owed by jobs that have ended`);
    await this.#clock.open();
    const jobId = await this.#world.addJob();
    let waitedMs = 0;
    const longestMs = this.#scenario.limits.callWindowMs + CALL_TIMEOUT_MS + MAX_WAIT_MS;
    for (;;) {
      const turn = await this.#clock.reservePublish(jobId);
      if (turn.granted) return;
      this.#world.time.ms += turn.waitMs;
      waitedMs += turn.waitMs;
      if (waitedMs > longestMs) throw new Error(`no publish within ${waitedMs} ms: ${turn.why}`);
    }
  }
}
