import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import type { Carrier } from '../tasks/lookup.ts';
import { storable } from '../text.ts';

/** A request to be sent in `delayMs`, or in how long to ask again, and why. */
export type CarrierTurn =
  | { begun: true; requestId: number; delayMs: number }
  | { begun: false; waitMs: number; why: string };

/** What came of a request; `sinceMs`: how long ago its answer was there. */
export type RequestEnd = { answerMs: number; sinceMs: number } | { error: string; page: string | null };

/** After so long a request has certainly ended: 10 s, as much again with older ciphers, a margin. */
export const LEASE_MS = 25_000;

/** A request begins so long before it is to be sent: time for the transaction, so that the start itself is exact. */
export const BEGIN_EARLY_MS = 30;

/** When a request under way ends is not known: looked at again so soon. */
export const LOOK_AGAIN_MS = 200;

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
      const { asking, waitMs } = await this.#locked(tx);
      const readMs = performance.now();
      if (waitMs > BEGIN_EARLY_MS) {
        const [why, mostMs] =
          asking === null
            ? ['the pause between two requests', waitMs]
            : ['another request is under way', LOOK_AGAIN_MS];
        return { begun: false, waitMs: Math.ceil(Math.min(waitMs, mostMs)), why: `${carrier}: ${why}` };
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

  /** The request has ended: its pause begins. Nothing where it was taken over meanwhile. */
  async end(tx: Queries, requestId: number, end: RequestEnd): Promise<void> {
    const { answerMs, sinceMs, error, page } = {
      answerMs: null,
      sinceMs: 0,
      error: null,
      page: null,
      ...end,
    };
    await tx.execute(sql`
      with request as (
        update carrier_requests set finished_at = ${this.#now()} - ${milliseconds(sinceMs)}, error = ${error === null ? null : storable(error)},
          answer_ms = ${answerMs === null ? null : Math.round(answerMs)}, page = ${page === null ? null : storable(page)}
        where id = ${requestId} and finished_at is null returning id, finished_at)
      update carrier_clock set asking = null,
        open_at = request.finished_at + ${milliseconds(sql`carrier_clock.pause_ms`)}
      from request where asking = request.id`);
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
  async #locked(tx: Queries): Promise<{ asking: number | null; waitMs: number }> {
    const latest = sql`${this.#now()} + ${milliseconds(sql`(carrier_clock.pause_ms + ${LEASE_MS}::int)`)}`;
    const [state] = await tx.execute<{ asking: number | null; waitMs: number }>(sql`
      insert into carrier_clock (carrier, open_at, pause_ms)
      values (${this.#carrier}, ${this.#now()} - interval '1 second', 0)
      on conflict (carrier) do update set open_at = least(carrier_clock.open_at, ${latest})
      returning asking::float8, (extract(epoch from open_at - ${this.#now()}) * 1000)::float8 as "waitMs"`);
    return state ?? { asking: null, waitMs: 0 };
  }
}

const milliseconds = (count: number | SQL): SQL => sql`${count} * interval '1 millisecond'`;
