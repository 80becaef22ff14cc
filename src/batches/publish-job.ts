import { setTimeout as delay } from 'node:timers/promises';
import { changeBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { adoptNotifications } from '../db/inbox.ts';
import { markFailed, markPending, markPublished, nextJob } from '../db/jobs.ts';
import type { Job } from '../db/jobs.ts';
import { taskHold } from '../db/task-drift.ts';
import { errorMessage } from '../errors.ts';
import type { OpenConnection } from '../outbound/open-connection.ts';
import type { AccountClock, Turn } from '../pacing/account-clock.ts';
import { reserveTurn } from '../pacing/held-account.ts';
import { BATCHES_GO_FIRST, priorityOf } from './rounds/give-way.ts';
import { ApiError } from '../webscraper/api-error.ts';
import type { ApiErrorCode } from '../webscraper/api-error.ts';
import type { WebScraperClient } from '../webscraper/client.ts';

export interface PublisherDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
}

/** `wait`: ask for the same job again in `waitMs`; `held`: nobody may publish, or none of its task, until a probe or a person opens it. */
export type Published =
  | { outcome: 'published' | 'failed' }
  | { outcome: 'wait'; waitMs: number; why: string; held: boolean };

/** Who publishes: until when it wants to, and where it says what it waits for. */
export interface Patience {
  signal: AbortSignal;
  tell: (what: string) => void;
  /** What the API's final answer was: the scraping job's id, or the error. */
  answered: (job: ScrapingTask, answer: number | ApiError) => Promise<void>;
}

/** The wait for a turn was ended by its signal: the turn was given back, nothing was sent. */
export class TurnGivenBack extends Error {}

/** A publish begins so long before its start: time for the intent's transaction, so that the start itself is exact. */
const BEGIN_EARLY_MS = 30;
/** What sending takes on any machine; counted, it would add up from publish to publish. */
const PUNCTUAL_MS = 8;
/** A database that is away just after the API answered: tried for ten seconds and more, what its driver waits beside. */
const KEEP_TRIES = 20;
const KEEP_AGAIN_MS = 500;
/** The connection is made so long before the turn. */
const CONNECT_EARLY_MS = 2_000;
/** A task that is held is looked at again so often; whoever resumes one of its batches has that one go on at once. */
const HELD_LOOK_MS = 180_000;
/** A process that stood still for so long must not send any more: its turn is past, its job perhaps another's. */
const STOOD_STILL_MS = 500;
/** The clock's answer may take so long; a process that stood still meanwhile takes it for a new one. */
const LONGEST_BEGIN_MS = 2_000;

const TAKEN_BY_NOBODY: readonly ApiErrorCode[] = [
  'API_RATE_LIMITED',
  'API_UNAUTHORISED',
  'API_NO_CONNECTION',
  'API_NOT_SENT',
];

type Granted = Extract<Turn, { granted: true }>;
type Refused = Extract<Turn, { granted: false }>;

/** A job that Web Scraper Cloud is asked for. */
export type ScrapingTask = Job & { sitemapId: number };

export const isScrapingTask = (job: Job | null): job is ScrapingTask => job?.sitemapId != null;

/** Publishes jobs, each at the start that the account's clock gives: its intent before the call, its job id after it. */
export class Publisher {
  readonly #deps: PublisherDeps;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** Publishes a pending job in its turn; a round's behind all batches. An answer of the API is final. Throws {@link TurnGivenBack}. */
  async publish(job: ScrapingTask, patience: Patience): Promise<Published> {
    const { clock, database, webscraper } = this.#deps;
    const [held, priority] = await Promise.all([
      taskHold(database.db, job.task),
      priorityOf(database.db, job),
    ]);
    if (priority === 'gave way') return { outcome: 'wait', waitMs: 1, why: BATCHES_GO_FIRST, held: false };
    if (held !== null) return { outcome: 'wait', waitMs: HELD_LOOK_MS, why: held, held: true };
    const turn = await reserveTurn(clock, webscraper, job.id, priority === 'round');
    if (!turn.granted) return toWait(turn);
    let connection: OpenConnection;
    try {
      connection = await this.#connectInTime(job, turn, patience);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#refused(job, turn.callId, error, patience);
    }
    return this.#send(job, connection, patience, () => clock.begin(turn.callId, job.id));
  }

  /** Publishes a batch's next job if that may be done this moment; null: it has none. */
  async publishNext(batchId: string, patience: Patience): Promise<Published | null> {
    const { clock, database, webscraper } = this.#deps;
    const connecting = webscraper.connect(patience.signal);
    const [job, connection] = await Promise.allSettled([nextJob(database.db, batchId), connecting]);
    if (connection.status === 'rejected' || job.status === 'rejected' || !isScrapingTask(job.value)) {
      if (connection.status === 'fulfilled') connection.value.close();
      return null;
    }
    const { id } = job.value;
    return this.#send(job.value, connection.value, patience, () => clock.publishNow(id));
  }

  /**
   * Connects, and waits for the turn; cancelled meanwhile, the turn is given back and nothing is sent. Throws
   * {@link ApiError} where there is no connection.
   */
  async #connectInTime(job: Job, turn: Granted, { signal, tell }: Patience): Promise<OpenConnection> {
    const { clock, webscraper } = this.#deps;
    const turnMs = Date.now() + turn.delayMs;
    const until = (ms: number) => delay(Math.max(0, ms - Date.now()), undefined, { signal });
    tell('its turn to publish');
    try {
      await until(turnMs - CONNECT_EARLY_MS);
      const connection = await webscraper.connect(signal);
      await until(turnMs - BEGIN_EARLY_MS).catch((error: unknown) => {
        connection.close();
        throw error;
      });
      return connection;
    } catch (error) {
      if (!signal.aborted) throw error;
      await clock.giveBack(job.id, turn.callId);
      throw new TurnGivenBack(`the turn was given back: ${errorMessage(error)}`);
    }
  }

  /** Sends over `connection` at the start that `begin` gives, exactly then or not at all. */
  async #send(
    job: ScrapingTask,
    connection: OpenConnection,
    patience: Patience,
    begin: () => Promise<Turn>,
  ): Promise<Published> {
    const { clock, webscraper } = this.#deps;
    const { tell } = patience;
    const { customId, sitemapId, subjects: startUrls } = job;
    try {
      const askedMs = Date.now();
      const begun = await begin();
      if (!begun.granted) return toWait(begun);
      const { callId, delayMs } = begun;
      const startMs = Date.now() + delayMs;
      const latestMs = Math.min(startMs + STOOD_STILL_MS, askedMs + delayMs + LONGEST_BEGIN_MS);
      tell('the answer of Web Scraper Cloud');
      // From here on the intent stands: the call is made whatever is cancelled.
      await delay(delayMs);
      const go = { connection, latestMs };
      const answer = await webscraper
        .publish({ sitemapId, startUrls, customId }, go)
        .catch((error: unknown) => {
          if (error instanceof ApiError) return error;
          throw error;
        });
      if (answer instanceof ApiError) return await this.#refused(job, callId, answer, patience);
      const { value: scrapingJobId, rateLimit, sentMs } = answer;
      tell(`scraping job ${scrapingJobId} to be written down`);
      const lateMs = sentMs - startMs;
      const ended = await Promise.allSettled([
        this.#keep(job, scrapingJobId),
        clock.settle(callId, { rateLimit }, lateMs < PUNCTUAL_MS ? 0 : lateMs),
        patience.answered(job, scrapingJobId),
      ]);
      for (const each of ended) if (each.status === 'rejected') throw each.reason;
      return { outcome: 'published' };
    } finally {
      connection.close();
    }
  }

  /** The API took it: its id is worth trying for as long as the activity may last. */
  async #keep(job: Job, scrapingJobId: number): Promise<void> {
    const { database, jobDeadlineMs } = this.#deps;
    for (let tries = 1; ; tries += 1) {
      try {
        await changeBatch(database.db, job.batchId, (tx) =>
          markPublished(tx, job, scrapingJobId, jobDeadlineMs),
        );
        return await adoptNotifications(database.db, [job.id]);
      } catch (error) {
        if (tries === KEEP_TRIES) throw error;
        await delay(KEEP_AGAIN_MS);
      }
    }
  }

  async #refused(
    job: ScrapingTask,
    callId: number,
    error: ApiError,
    { answered }: Patience,
  ): Promise<Published> {
    const { clock, database } = this.#deps;
    const wasSent = error.code !== 'API_NOT_SENT';
    if (wasSent) await clock.settle(callId, error);
    if (TAKEN_BY_NOBODY.includes(error.code)) {
      await changeBatch(database.db, job.batchId, (tx) => markPending(tx, job.id));
      await clock.giveBack(job.id, wasSent ? null : callId);
      return { outcome: 'wait', waitMs: 1, why: error.message, held: false };
    }
    const perhaps = error.perhapsTaken ? 'perhaps published: ' : '';
    await changeBatch(database.db, job.batchId, (tx) =>
      markFailed(tx, job.id, `${perhaps}${errorMessage(error)}`),
    );
    await answered(job, error);
    return { outcome: 'failed' };
  }
}

const toWait = ({ waitMs, why, held }: Refused): Published => ({ outcome: 'wait', waitMs, why, held });
