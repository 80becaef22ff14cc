import { gt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import { carrierClock } from '../db/pacing-schema.ts';
import type { Carrier } from '../tasks/lookup.ts';
import { storable } from '../text.ts';

/** A request to be sent in `delayMs`, or in how long to ask again, and why; `held`: nobody may ask for a long time. */
export type CarrierTurn =
  | { begun: true; requestId: number; delayMs: number }
  | { begun: false; waitMs: number; why: string; held?: true };

/** What came of a request; `sinceMs`: how long ago its answer was there. */
export type RequestEnd =
  | { answerMs: number; sinceMs: number }
  /** `isBarrier`: the carrier wants no questions, or its page is another: a captcha, a 403, no form. */
  | { error: string; page: string | null; isBarrier?: boolean };

/** After so long a request has certainly ended: 10 s, as much again with older ciphers, a margin. */
export const LEASE_MS = 25_000;

/** A request begins so long before it is to be sent: time for the transaction, so that the start itself is exact. */
export const BEGIN_EARLY_MS = 30;

/** When a request under way ends is not known: looked at again so soon. */
export const LOOK_AGAIN_MS = 200;

/** What the record of a request says before its error where that was a barrier. */
export const BARRIER = 'barrier: ';

/** Two requests in a row that met a barrier: nobody asks for so long, after each such hold without an answer twice as long. */
const FIRST_HOLD_MS = 3_600_000;
const LONGEST_HOLD_MS = 12 * 3_600_000;
/** Whoever waits for its end looks again so often: a person may open it before. */
const HELD_LOOK_MS = 180_000;

interface CarrierState {
  asking: number | null;
  waitMs: number;
  heldMs: number;
  heldReason: string | null;
}

const LOST = 'its worker ended before the answer was saved';

/**
 * One asker at a time for a carrier, whatever the number of batches and workers: no request begins before the end of
 * the last one and its pause. The pause goes with the request before it, so whoever comes first at its end may ask:
 * no batch can be kept waiting by others that draw shorter ones. The time is the database's own, or a test's.
 */
export class CarrierClock {
  readonly #db: Database['db'];
  readonly #carrier: Carrier;
  readonly #now: () => SQL;

  constructor(
    database: Pick<Database, 'db'>,
    carrier: Carrier,
    now: () => SQL = () => sql`clock_timestamp()`,
  ) {
    this.#db = database.db;
    this.#carrier = carrier;
    this.#now = now;
  }

  /** Begins a job's request, after which `pauseMs` are to be kept. */
  begin(jobId: number, pauseMs: number): Promise<CarrierTurn> {
    const carrier = this.#carrier;
    return this.#db.transaction(async (tx): Promise<CarrierTurn> => {
      const { asking, waitMs, heldMs, heldReason } = await this.#locked(tx);
      const readMs = performance.now();
      if (heldMs > 0) {
        const why = heldReason ?? 'held';
        return { begun: false, waitMs: Math.ceil(Math.min(heldMs, HELD_LOOK_MS)), why, held: true };
      }
      if (waitMs > BEGIN_EARLY_MS) {
        const [why, mostMs] =
          asking === null
            ? ['the pause between two requests', waitMs]
            : ['another request is under way', LOOK_AGAIN_MS];
        const askAgainMs = Math.ceil(Math.min(waitMs, mostMs));
        return { begun: false, waitMs: askAgainMs, why: `${carrier}: ${why}` };
      }
      const [begun] = await tx.execute<{ requestId: number }>(sql`
        with request as (
          insert into carrier_requests (carrier, job_id, started_at, pause_ms)
          select carrier, ${jobId}, greatest(open_at, ${this.#now()}), ${pauseMs}::int
          from carrier_clock where carrier = ${carrier} returning id, started_at)
        update carrier_clock set asking = request.id, pause_ms = ${pauseMs},
          open_at = request.started_at + ${milliseconds(LEASE_MS + pauseMs)}
        from request where carrier = ${carrier} returning asking::float8 as "requestId"`);
      const delayMs = Math.max(0, Math.ceil(waitMs - (performance.now() - readMs)));
      return { begun: true, requestId: begun?.requestId ?? 0, delayMs };
    });
  }

  /**
   * The request has ended: its pause begins. Nothing where it was taken over meanwhile. A barrier that the request before
   * met as well, or that stands after a hold, holds the carrier for everybody.
   */
  async end(tx: Queries, requestId: number, end: RequestEnd): Promise<void> {
    const { answerMs, sinceMs, error, page, isBarrier } = {
      answerMs: null,
      sinceMs: 0,
      error: null,
      page: null,
      isBarrier: false,
      ...end,
    };
    const isHeld = sql`${isBarrier} and (holds > 0 or barred_job is not null)`;
    const noted = error === null ? null : storable(isBarrier ? `${BARRIER}${error}` : error);
    const holdMs = sql`least(${LONGEST_HOLD_MS}::float8, ${FIRST_HOLD_MS}::float8 * 2 ^ holds)`;
    await tx.execute(sql`
      with request as (
        update carrier_requests set finished_at = ${this.#now()} - ${milliseconds(sinceMs)}, error = ${noted},
          answer_ms = ${answerMs === null ? null : Math.round(answerMs)}, page = ${page === null ? null : storable(page)}
        where id = ${requestId} and finished_at is null returning id, finished_at, job_id)
      update carrier_clock set asking = null,
        open_at = request.finished_at + ${milliseconds(sql`carrier_clock.pause_ms`)},
        barred_job = case when ${isBarrier} then request.job_id end,
        held_until = case when ${isHeld} then ${this.#now()} + ${milliseconds(holdMs)} end,
        held_reason = case when ${isHeld} then ${`${this.#carrier} gives no answers: ${storable(error ?? '')}`} end,
        holds = case when ${error === null} then 0 when ${isHeld} then holds + 1 else holds end
      from request where asking = request.id`);
  }

  /** A person lets the carrier be asked again. */
  async open(): Promise<void> {
    await this.#db.execute(sql`update carrier_clock set held_until = null, held_reason = null, holds = 0,
      barred_job = null where carrier = ${this.#carrier}`);
  }

  /** A request of the job that was never ended has lost its worker: it failed, just now at the latest. */
  async takeOver(jobId: number): Promise<void> {
    await this.#db.execute(sql`
      with lost as (
        update carrier_requests set finished_at = ${this.#now()}, error = ${LOST}
        where job_id = ${jobId} and finished_at is null returning id)
      update carrier_clock set asking = null,
        open_at = least(open_at, ${this.#now()} + ${milliseconds(sql`pause_ms`)})
      from lost where asking = lost.id`);
  }

  /**
   * Takes the carrier's row. One that opens later than any request could keep it closed is of a clock that has jumped
   * back since.
   */
  async #locked(tx: Queries): Promise<CarrierState> {
    const latest = sql`${this.#now()} + ${milliseconds(sql`(carrier_clock.pause_ms + ${LEASE_MS}::int)`)}`;
    const [state] = await tx.execute<CarrierState & Record<string, unknown>>(sql`
      insert into carrier_clock (carrier, open_at, pause_ms)
      values (${this.#carrier}, ${this.#now()} - interval '1 second', 0)
      on conflict (carrier) do update set open_at = least(carrier_clock.open_at, ${latest}),
        held_until = case when carrier_clock.held_until is not null
          then least(carrier_clock.held_until, ${this.#now()} + ${milliseconds(LONGEST_HOLD_MS)}) end
      returning asking::float8, (extract(epoch from open_at - ${this.#now()}) * 1000)::float8 as "waitMs",
        coalesce(extract(epoch from held_until - ${this.#now()}) * 1000, 0)::float8 as "heldMs",
        held_reason as "heldReason"`);
    return state ?? { asking: null, waitMs: 0, heldMs: 0, heldReason: null };
  }
}

const milliseconds = (count: number | SQL): SQL => sql`${count} * interval '1 millisecond'`;

export interface HeldCarrier {
  carrier: Carrier;
  heldReason: string;
  heldUntil: Date;
}

/** Carriers that nobody asks for now, because of the answers they gave. */
export async function heldCarriers(queries: Queries, now: Date): Promise<HeldCarrier[]> {
  const held = await queries.select().from(carrierClock).where(gt(carrierClock.heldUntil, now));
  return held.flatMap(({ carrier, heldReason, heldUntil }) =>
    heldReason === null || heldUntil === null ? [] : [{ carrier, heldReason, heldUntil }],
  );
}
