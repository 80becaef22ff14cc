import type {
  Action,
  AlertReason,
  BatchState,
  LeftWhy,
  Reason,
  RowState,
} from '../../src/http/api/contract.ts';

/** What a carrier's text means, as `rows --json` tells it. */
export type TrackingStatus =
  | 'info_received'
  | 'in_transit'
  | 'out_for_delivery'
  | 'attempt_failed'
  | 'available_for_pickup'
  | 'delivered'
  | 'exception'
  | 'returned'
  | 'expired'
  | 'unknown';

export type CarrierName = 'yamato' | 'japan_post' | 'sagawa';

/** Sub-statuses that are no words of the carrier's; `unknown-text`: nobody knows what it wrote. */
export type SubStatus = 'wrong-number' | 'unknown-text' | 'customs' | 'date-agreed' | 'receivers-wish';

/** What `explain` tells of a row. */
export type StoryWhat =
  | 'imported'
  | 'published'
  | 'notified'
  | 'asked'
  | 'downloaded'
  | 'result'
  | 'redirected'
  | 'failed'
  | 'action'
  | 'written';

/** Every code that the server sends, in words. A new one does not compile until it has a text in each language. */
export interface Codes {
  batchState: Readonly<Record<BatchState, string>>;
  rowState: Readonly<Record<RowState, string>>;
  status: Readonly<Record<TrackingStatus, string>>;
  subStatus: Readonly<Record<SubStatus, string>>;
  notRegistered: (day: string) => string;
  /** What happened, and what a person does about it. */
  reason: Readonly<Record<Reason, readonly [what: string, todo: string]>>;
  /** Why a parcel needs somebody, and what a person does about it. */
  alert: Readonly<Record<AlertReason, readonly [what: string, todo: string]>>;
  carrier: Readonly<Record<CarrierName, string>>;
  left: Readonly<Record<LeftWhy, string>>;
  /** What was done, as the record of actions has it. */
  done: Readonly<Record<Action | 'ask', string>>;
  story: Readonly<Record<StoryWhat, string>>;
}

/** A code's text; of one that this page does not know, the code itself. */
export function textOf(texts: Readonly<Record<string, string>>, code: string): string {
  return texts[code] ?? code;
}
