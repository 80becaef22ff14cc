import { setTimeout as delay } from 'node:timers/promises';
import { log } from '@temporalio/activity';
import { judgeHistory } from '../src/carriers/judge-history.ts';
import type { LearntTexts } from '../src/carriers/text-meaning.ts';
import { yamatoHistory } from '../src/carriers/yamato/parcel-history.ts';
import { MAX_NUMBERS } from '../src/carriers/yamato/client.ts';
import type { YamatoAnswer } from '../src/carriers/yamato/client.ts';
import type { YamatoParcel } from '../src/carriers/yamato/types.ts';
import { YamatoError } from '../src/carriers/yamato/yamato-error.ts';
import { CHECK_JOB_ID, noteChecks, numbersForYamato } from '../src/db/carrier-checks.ts';
import type { CarrierCheck } from '../src/db/carrier-checks.ts';
import { learntTexts } from '../src/db/carrier-texts.ts';
import { areBatchesWaiting } from '../src/db/rounds.ts';
import { errorMessage } from '../src/errors.ts';
import { asActivities, tellWait } from './as-activities.ts';
import type { YamatoDeps } from './yamato.ts';

/** How many numbers were asked after, and when the next are worth asking after; null: there are none for now. */
export interface Checked {
  asked: number;
  waitMs: number | null;
}

export type CarrierCheckActivities = ReturnType<typeof createCarrierCheckActivities>;

const NOTHING: Checked = { asked: 0, waitMs: null };

/** Its events tell that it has the number; where there are none, its state does. */
function checkOf(parcel: YamatoParcel, answeredAt: Date, learnt: LearntTexts): CarrierCheck {
  const { status, subStatus, eventAt } = judgeHistory(yamatoHistory(parcel, answeredAt), learnt);
  const isKnown = parcel.events.length > 0 || status !== 'unknown' || subStatus === null;
  const firstEventAt = parcel.events.find(({ at }) => at !== null)?.at ?? null;
  return { number: parcel.number, status: isKnown ? status : null, firstEventAt, eventAt };
}

/** On `yamato_tracking_10_queue`: numbers that Japan Post does not know are asked of Yamato, once each. It costs nothing. */
export function createCarrierCheckActivities(deps: YamatoDeps) {
  const { carrierClock: clock, yamato, yamatoPauseMinMs, yamatoPauseMaxMs } = deps;
  const { db } = deps.database;

  return asActivities({
    /**
     * Asks after ten numbers at most, in the carrier clock's turn and behind every batch that has something to ask.
     * `pauseShare` as in `askGroup`. An answer that is none is written down, and nothing is asked for some hours.
     */
    async checkNumbers(input: { pauseShare: number }): Promise<Checked> {
      await clock.takeOver(CHECK_JOB_ID);
      if (await areBatchesWaiting(db, 'carrier')) return NOTHING;
      const numbers = await numbersForYamato(db, MAX_NUMBERS);
      if (numbers.length === 0) return NOTHING;
      const pauseMs = Math.round(yamatoPauseMinMs + input.pauseShare * (yamatoPauseMaxMs - yamatoPauseMinMs));
      const turn = await clock.begin(CHECK_JOB_ID, pauseMs);
      // A carrier that is held is asked by the next run of the schedule, if it is open by then.
      if (!turn.begun) return { asked: 0, waitMs: turn.held === true ? null : turn.waitMs };
      tellWait('the answer of Yamato');
      await delay(turn.delayMs);
      let answer: YamatoAnswer;
      try {
        answer = await yamato.ask(numbers);
      } catch (error) {
        if (!(error instanceof YamatoError)) throw error;
        const { page, isBarrier } = error;
        await clock.end(db, turn.requestId, { error: errorMessage(error), page, isBarrier });
        log.warn('Yamato gave no answer to a check of numbers', { error: errorMessage(error) });
        return NOTHING;
      }
      const { parcels, answeredAt, tookMs } = answer;
      await db.transaction(async (tx) => {
        await clock.end(tx, turn.requestId, {
          answerMs: tookMs,
          sinceMs: Date.now() - answeredAt.getTime(),
        });
        const learnt = await learntTexts(tx);
        const checks = parcels.map((parcel) => checkOf(parcel, answeredAt, learnt));
        await noteChecks(tx, 'yamato', checks);
        const known = checks.filter(({ status }) => status !== null).length;
        log.info('Yamato asked after numbers that Japan Post does not know', {
          numbers: checks.length,
          known,
        });
      });
      return { asked: numbers.length, waitMs: pauseMs };
    },
  });
}
