import { japanTime } from '../../src/carriers/placed-events.ts';
import type { TrackingStatus } from '../../src/carriers/status.ts';
import type { YamatoEvent } from '../../src/carriers/yamato/types.ts';
import type { Database } from '../../src/db/database.ts';
import { HOURS_BETWEEN } from '../../src/db/due-parcels.ts';
import type { Asked } from '../../test/support/batches/simulated-requery.ts';

const HOUR_MS = 3_600_000;
const FIRST = 400_000_000_000;
const BATCHES_FIRST = 700_000_000_000;
/** Two of a hundred are out for delivery, ten not registered yet; the others are on their way. */
const STATUS_OF = (nth: number): TrackingStatus =>
  nth % 100 < 2 ? 'out_for_delivery' : nth % 100 < 12 ? 'unknown' : 'in_transit';
const TEXTS: Partial<Record<TrackingStatus, string>> = { out_for_delivery: '配達中', in_transit: '輸送中' };
/** When a run of the schedule comes, and how long a round takes at most: who is due an hour later waits behind. */
const ROUND_MS = HOUR_MS;

interface Judged {
  tooSoon: number;
  passedOver: number;
  of: Record<Asked['carrier'], { asked: number; late: number; longestLateMs: number }>;
}

/** Parcels that stay as they are for a day, the even ones Yamato's, each last looked at somewhere within its interval. */
export class OpenParcels {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  static #nth(number: string): number {
    return Number(number) - FIRST;
  }

  static numbersOfBatch(tick: number, rows: number): string[] {
    return Array.from({ length: rows }, (_, index) => String(BATCHES_FIRST + tick * 1_000 + index));
  }

  static eventsOf(number: string, startMs: number): YamatoEvent[] {
    const text = TEXTS[STATUS_OF(Math.floor(OpenParcels.#nth(number) / 2))];
    if (text === undefined) return [];
    const at = japanTime(startMs - 24 * HOUR_MS);
    const timeText = `${at.slice(5, 7)}月${at.slice(8, 10)}日 ${at.slice(11, 16)}`;
    return [{ stateText: text, at, timeText, office: '羽田', officeUrl: null }];
  }

  has(number: string): boolean {
    const nth = OpenParcels.#nth(number);
    return nth >= 0 && nth < this.#count;
  }

  async write({ sql }: Database, startMs: number): Promise<void> {
    const list = Array.from({ length: this.#count }, (_, nth) => {
      const status = STATUS_OF(Math.floor(nth / 2));
      const isRegistered = status !== 'unknown';
      return {
        number: String(FIRST + nth),
        carrier: nth % 2 === 0 ? 'yamato' : 'japan_post',
        status,
        seen: new Date(this.#seenMs(nth, startMs)).toISOString(),
        event: isRegistered ? new Date(startMs - 24 * HOUR_MS).toISOString() : null,
      };
    });
    await sql`insert into batches (id, task, workbook, workflow_id, columns, state, finished_at)
      values ('bench', 'yamato_tracking_10', '/bench.xlsx', 'bench', '{"input":"A","email":"B","result":"C","status":null}', 'completed', now())`;
    await sql`
      with new as (select row_number() over () + 1 as row, * from jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb)
        as new(number text, carrier text, status text, seen timestamptz, event timestamptz)),
      made as (insert into parcels (carrier, number, order_number, serial, status, seen_at, event_at, first_seen_at)
        select carrier, number, '', 1, status, seen, event, seen from new returning id, number),
      filled as (insert into rows (batch_id, row, input, email, occurrence, state, result, status, written, written_at, completed_at)
        select 'bench', row, number, '', 0, 'completed', '', status, '', now(), now() from new returning id, input)
      insert into parcel_rows (row_id, parcel_id, seen_at)
      select filled.id, made.id, '2020-01-01' from made join filled on filled.input = made.number`;
    await sql`analyze`;
  }

  #seenMs(nth: number, startMs: number): number {
    const hours = HOURS_BETWEEN[STATUS_OF(Math.floor(nth / 2))];
    return startMs - ((nth * 0.618_034) % 1) * hours * HOUR_MS;
  }

  /** Holds each look against the interval of its parcel, and those that wait at the end against those that did not. */
  judge(looks: readonly Asked[], startMs: number, endMs: number): Judged {
    const dueMs = new Map<string, number>();
    for (let nth = 0; nth < this.#count; nth += 1)
      dueMs.set(String(FIRST + nth), this.#seenMs(nth, startMs) + this.#intervalMs(nth));
    const judged: Judged = {
      tooSoon: 0,
      passedOver: 0,
      of: {
        yamato: { asked: 0, late: 0, longestLateMs: 0 },
        japan_post: { asked: 0, late: 0, longestLateMs: 0 },
      },
    };
    const latestDue = { yamato: -Infinity, japan_post: -Infinity };
    for (const { number, atMs, carrier } of looks) {
      const due = dueMs.get(number) ?? 0;
      if (atMs < due) judged.tooSoon += 1;
      if (atMs < endMs - ROUND_MS) latestDue[carrier] = Math.max(latestDue[carrier], due);
      judged.of[carrier].asked += 1;
      dueMs.set(number, atMs + this.#intervalMs(OpenParcels.#nth(number)));
    }
    for (const [number, due] of dueMs) {
      const carrier = OpenParcels.#nth(number) % 2 === 0 ? 'yamato' : 'japan_post';
      if (due < latestDue[carrier] - ROUND_MS) judged.passedOver += 1;
      if (due >= endMs) continue;
      judged.of[carrier].late += 1;
      judged.of[carrier].longestLateMs = Math.max(judged.of[carrier].longestLateMs, endMs - due);
    }
    return judged;
  }

  #intervalMs(nth: number): number {
    return HOURS_BETWEEN[STATUS_OF(Math.floor(nth / 2))] * HOUR_MS;
  }
}
