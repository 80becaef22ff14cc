import type { CarrierName } from './status.ts';

/** One line of a parcel's history, as the carrier wrote it. */
export interface ParcelEvent {
  stateText: string;
  /** Date and time as written (`10月02日 14:30`), local to where it happened; '' where none is given. */
  timeText: string;
  /** ISO 8601 with +09:00; a date without a time is its midnight; null where none can be read. */
  at: string | null;
  office: string | null;
  /** The office's prefecture, or the country of a leg abroad. */
  region: string | null;
  /** What else the line says, or a link to the office. */
  details: string | null;
}

/** When a parcel is to arrive, as somebody said. */
export interface DeliveryEstimate {
  /** The column or label it stands under: `estimated_delivery_date`, `お届け予定日時`. */
  origin: string;
  text: string;
}

/** What was seen of one parcel in one look. */
export interface ParcelHistory {
  /** Null: no carrier said it, the shop's page did. */
  carrier: CarrierName | null;
  number: string | null;
  /** The state above the history, suffixes included, or the only text there is; null where only dates are known. */
  stateText: string | null;
  /** The day of that state where no event tells it: midnight, ISO 8601 with +09:00. */
  date: string | null;
  /** All lines, oldest first. */
  events: ParcelEvent[];
  estimates: DeliveryEstimate[];
  /** `宅急便`, `ネコポス` … */
  product: string | null;
  /** The carrier's sentence below the state. */
  summary: string | null;
  /** ISO 8601: dates without a year are settled by it, and ages counted up to it. */
  seenAt: string;
}
