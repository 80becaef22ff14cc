import { japanClock } from './japan-time.ts';
import type { CarrierName } from './status.ts';

/** A parcel that its receiver did not get, and when that was. Moments are ISO 8601. */
export interface KeptParcel {
  carrier: CarrierName | null;
  number: string | null;
  /** As the carrier names it: `クール宅急便`. */
  product: string | null;
  /** When it was first brought back; null: nobody has tried, or no time is told. */
  firstAttemptAt: string | null;
  /** Since when it is as it is. */
  since: string | null;
}

const DAY_MS = 86_400_000;
const S10 = /^[A-Z]{2}\d{9}([A-Z]{2})$/;

/** The day by Japan's calendar: `2026-01-31`. */
export const japanDay = (moment: Date): string => japanClock(moment).slice(0, 10);

/**
 * The last day on which the parcel can still be delivered again or fetched, by Japan's calendar: the carrier sends it back
 * after that. Later attempts do not begin the term anew. Null: no day is known.
 */
export function lastKeptDay(parcel: KeptParcel): string | null {
  const from = parcel.firstAttemptAt ?? parcel.since;
  const days = from === null ? null : daysAfter(parcel);
  if (from === null || days === null) return null;
  return japanDay(new Date(Date.parse(from) + days * DAY_MS));
}

/** How many days after the first the last one is. */
function daysAfter({ carrier, number, product, firstAttemptAt }: KeptParcel): number | null {
  switch (carrier) {
    // Seven days with that of the first attempt, or on which it can first be fetched: 受取可能日から起算して1週間
    // (kuronekoyamato.co.jp, 店頭受取りサービス (6)). Cooled ones three days with that of the first attempt.
    case 'yamato':
      return product?.includes('クール') === true ? 2 : 6;
    case 'japan_post': {
      const [, country] = S10.exec(number ?? '') ?? [];
      // From abroad: "kept at the delivery post office for 15 days" (post.japanpost.jp/int/question/23_en.html).
      if (country !== undefined && country !== 'JP') return 15;
      // Seven from the day after the attempt, as the page itself says: 保管期間：お届け日の翌日から7日間. Ten for who asks for it
      // (内国郵便約款 第95条), and for what lies at the counter (第78条): no page tells of either, so the shorter term is taken;
      // of what is kept since an attempt that nobody saw, a day less.
      return firstAttemptAt === null ? 6 : 7;
    }
    // A week with the day of the first attempt, as Yamato.
    case 'sagawa':
      return 6;
    case null:
      return null;
  }
}
