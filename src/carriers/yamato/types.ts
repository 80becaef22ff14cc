import type { TrackingStatus } from '../status.ts';

/** One line of a parcel's history. */
export interface YamatoEvent {
  stateText: string;
  /** ISO 8601 with +09:00; a date without a time is its midnight; null where the page gives no date. */
  at: string | null;
  /** Date and time as the page writes them (`10月02日 14:30`); '' where it gives none. */
  timeText: string;
  office: string | null;
  /** The office's own page. */
  officeUrl: string | null;
}

/** What the page says of delivery dates, by its own labels (`お届け予定日時`: `10/03 14:00-16:00`, or `-`). */
export interface YamatoWindow {
  label: string;
  text: string;
}

/** Everything Yamato's page says of one number. */
export interface YamatoParcel {
  /** As it was asked. */
  number: string;
  /** As the page writes it, suffixes in brackets too: `配達完了（宅配ボックス）`, `伝票番号未登録`. */
  stateText: string;
  /** By its whole history and the texts that are built in. */
  status: TrackingStatus;
  /** The day of the latest event by the page's overview: midnight, ISO 8601 with +09:00; null where it gives none. */
  date: string | null;
  /** Oldest first; none for a number that Yamato does not know. */
  events: YamatoEvent[];
  /** `宅急便`, `ネコポス` … */
  product: string | null;
  windows: YamatoWindow[];
  /** The sentence below the state. */
  summary: string | null;
}
