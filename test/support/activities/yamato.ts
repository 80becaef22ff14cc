import { asc } from 'drizzle-orm';
import type { AskOutcome } from '../../../activities/yamato.ts';
import { batchFigures } from '../../../src/db/batch-figures.ts';
import { carrierRequests } from '../../../src/db/pacing-schema.ts';
import { expectedText } from '../../../src/sandbox/index.ts';
import { withCheckDigit } from '../../../src/sandbox/check-digit.ts';
import type { Stage } from './stage.ts';

export const TASK = 'yamato_tracking_10';
export const numbersFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => withCheckDigit(48_210_907_150 + (first + index) * 37));

/** The batch's next group. */
export async function nextOf(stage: Stage, batchId: string): Promise<number> {
  const { next } = await batchFigures(stage.db, batchId);
  if (next === null) throw new Error('no group is left');
  return next.jobId;
}

/** Asks for the batch's next group, as its workflow does; `pauseMs` of at most 100 s. */
export async function ask(stage: Stage, batchId: string, pauseMs = 0): Promise<AskOutcome> {
  const jobId = await nextOf(stage, batchId);
  const pauseShare = pauseMs / stage.yamatoPauseMaxMs;
  return stage.run(stage.activities.askGroup, { batchId, jobId, pauseShare });
}

/** The record of requests, in order. */
export const requestsOf = (stage: Stage) =>
  stage.db.query.carrierRequests.findMany({ orderBy: [asc(carrierRequests.id)] });
/** What the sandbox's page gives for a number. */
export const expectedOf = (number: string | null) => expectedText(TASK, null, number, { day: new Date() });
