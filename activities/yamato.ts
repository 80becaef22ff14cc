import { setTimeout as delay } from 'node:timers/promises';
import { cancellationSignal, CancelledFailure, log } from '@temporalio/activity';
import type { YamatoAnswer, YamatoClient } from '../src/carriers/yamato/client.ts';
import { YamatoError } from '../src/carriers/yamato/yamato-error.ts';
import { BEGIN_EARLY_MS } from '../src/pacing/carrier-clock.ts';
import type { CarrierClock, CarrierTurn } from '../src/pacing/carrier-clock.ts';
import { failedRequests } from '../src/pacing/call-records.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { BATCHES_GO_FIRST, priorityOf } from '../src/batches/rounds/give-way.ts';
import { changeBatch } from '../src/db/batches.ts';
import { learntTexts } from '../src/db/carrier-texts.ts';
import type { Database } from '../src/db/database.ts';
import { findJob, markFailed, rowsOfJobs, whichRows } from '../src/db/jobs.ts';
import type { Job } from '../src/db/jobs.ts';
import { saveOutcomes, setJobState } from '../src/db/results.ts';
import type { RowOutcome } from '../src/db/results.ts';
import { errorMessage } from '../src/errors.ts';
import { yamatoResult } from '../src/tasks/parsers/yamato-page.ts';
import { asActivities, tellWait } from './as-activities.ts';

/**
 * `asked`: the group has its results; `wait`: not yet, ask for the same group again; `failed`: the same after an
 * answer that was none; `gave up`: its rows have failed. `waitMs`: the next request is worth asking for then.
 */
export interface AskOutcome extends BatchFigures {
  outcome: 'asked' | 'wait' | 'failed' | 'gave up';
  waitMs: number;
  why: string;
  /** It waits because the carrier is held for everybody; missing in what was recorded before. */
  held?: boolean;
}

export type YamatoActivities = ReturnType<typeof createYamatoActivities>;

export interface YamatoDeps {
  database: Database;
  carrierClock: CarrierClock;
  yamato: Pick<YamatoClient, 'ask'>;
  yamatoPauseMinMs: number;
  yamatoPauseMaxMs: number;
}

/** Requests for a group before its rows fail, and the pauses between them, four times as long each. */
const MAX_TRIES = 3;
const FIRST_RETRY_MS = 30_000;
/** The rest of a pause is waited for here, to the millisecond: a workflow's timer and its way back are not so exact. */
const REST_MS = 5_000;
/** Who was told to wait comes a little before the one who asked last: batches take turns. */
const HEAD_START_MS = 500;
/** What is waited for here at most; the worker's grace time is longer. */
const LONGEST_WAIT_MS = 10_000;

/** The one activity of `yamato_tracking_10_queue`: a group of ten numbers in one request, paced by the carrier's clock. */
export function createYamatoActivities(deps: YamatoDeps) {
  const { carrierClock: clock, yamato, yamatoPauseMinMs, yamatoPauseMaxMs } = deps;
  const { db } = deps.database;
  const toldStates = new Set<string>();

  /** The rest of a pause is waited for here; cancelled meanwhile, nothing is sent. */
  async function beginInTime(jobId: number, pauseMs: number, signal: AbortSignal): Promise<CarrierTurn> {
    tellWait('its turn to ask Yamato');
    const untilMs = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const turn = await clock.begin(jobId, pauseMs);
      if (turn.begun || performance.now() + turn.waitMs > untilMs) return turn;
      try {
        await delay(turn.waitMs - BEGIN_EARLY_MS, undefined, { signal });
      } catch (error) {
        throw new CancelledFailure(`nothing was asked: ${errorMessage(error)}`);
      }
    }
  }

  /** A state that nobody knows is kept as it is; somebody should say what it means. */
  function tellUnknown({ result }: RowOutcome): void {
    for (const { text: stateText } of result?.unknownTexts ?? []) {
      if (toldStates.has(stateText)) continue;
      toldStates.add(stateText);
      log.warn('Yamato shows a state that is not known', { stateText });
    }
  }

  async function saveResults(
    job: Job,
    requestId: number,
    { parcels, answeredAt, tookMs }: YamatoAnswer,
  ): Promise<void> {
    const parcelOf = new Map(parcels.map((parcel) => [parcel.number, parcel]));
    const found = await changeBatch(db, job.batchId, async (tx) => {
      await clock.end(tx, requestId, { answerMs: tookMs, sinceMs: Date.now() - answeredAt.getTime() });
      const learnt = await learntTexts(tx);
      const outcomes = (await rowsOfJobs(tx, [job.id])).flatMap(({ subject, row }): RowOutcome[] => {
        const parcel = parcelOf.get(subject);
        if (parcel === undefined) return [];
        return [{ rowId: row.id, result: yamatoResult(parcel, answeredAt, learnt), error: null }];
      });
      await saveOutcomes(tx, [{ jobId: job.id, outcomes }], 'yamato');
      await setJobState(tx, [job.id], 'completed');
      return outcomes;
    });
    for (const outcome of found) tellUnknown(outcome);
  }

  /** The next request's moment, and what was wrong with this one; after the last try its rows fail. */
  async function afterFailure(
    job: Job,
    pauseMs: number,
  ): Promise<Pick<AskOutcome, 'outcome' | 'waitMs' | 'why'>> {
    const { tries, error } = await failedRequests(db, job.id);
    if (tries < MAX_TRIES) {
      const waitMs = Math.max(pauseMs - REST_MS, FIRST_RETRY_MS * 4 ** Math.max(0, tries - 1));
      // A barrier is no attempt of the group's.
      const why = tries === 0 ? error : `after attempt ${tries} of ${MAX_TRIES}: ${error}`;
      return { outcome: 'failed', waitMs, why };
    }
    await changeBatch(db, job.batchId, (tx) => markFailed(tx, job.id, `${error} (${tries} attempts)`));
    return { outcome: 'gave up', waitMs: Math.max(0, pauseMs - REST_MS), why: error };
  }

  async function ask(job: Job, pauseMs: number, signal: AbortSignal) {
    await clock.takeOver(job.id);
    if ((await failedRequests(db, job.id)).tries >= MAX_TRIES) return afterFailure(job, 0);
    if ((await priorityOf(db, job)) === 'gave way')
      return { outcome: 'wait', waitMs: 1, why: BATCHES_GO_FIRST } as const;
    const turn = await beginInTime(job.id, pauseMs, signal);
    if (!turn.begun) {
      const { why, held } = turn;
      const waitMs = Math.max(1, turn.waitMs - REST_MS - HEAD_START_MS);
      return { outcome: 'wait', waitMs, why, ...(held === true ? { held } : {}) } as const;
    }
    tellWait('the answer of Yamato');
    // From here on the request is made whatever is cancelled.
    const { requestId } = turn;
    await delay(turn.delayMs);
    let answer: YamatoAnswer;
    try {
      answer = await yamato.ask(job.subjects);
    } catch (error) {
      if (!(error instanceof YamatoError)) throw error;
      const { page, isBarrier } = error;
      await clock.end(db, requestId, { error: errorMessage(error), page, isBarrier });
      return afterFailure(job, pauseMs);
    }
    await saveResults(job, requestId, answer);
    const why = 'the pause between two requests';
    return { outcome: 'asked', waitMs: Math.max(0, pauseMs - REST_MS), why } as const;
  }

  return asActivities({
    /**
     * Asks for one group, and keeps its results. `pauseShare`, from 0 to 1, draws the pause to be kept after this
     * request, by whoever makes the next, between the shortest and the longest. May run again without harm: a request
     * whose worker died counts as one that failed.
     */
    async askGroup(input: { batchId: string; jobId: number; pauseShare: number }): Promise<AskOutcome> {
      const signal = cancellationSignal();
      const job = await findJob(db, input.jobId);
      const pauseMs = Math.round(yamatoPauseMinMs + input.pauseShare * (yamatoPauseMaxMs - yamatoPauseMinMs));
      const open = job?.state === 'pending' && job.carrier === 'yamato' && job.batchId === input.batchId;
      const outcome = open
        ? await ask(job, pauseMs, signal)
        : ({ outcome: 'asked', waitMs: 0, why: '' } as const);
      if (open && outcome.outcome !== 'wait') {
        const fields = { customId: job.customId, ...(await whichRows(db, job.id)) };
        if (outcome.outcome === 'asked') log.info('Yamato asked', fields);
        else log.warn('Yamato gave no answer', { ...fields, error: outcome.why });
      }
      return { ...outcome, ...(await batchFigures(db, input.batchId)) };
    },
  });
}
