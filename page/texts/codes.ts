import type {
  AlertReason,
  BatchState,
  CarrierName,
  LeftWhy,
  Reason,
  RecordedAction,
  RowState,
  StoryWhat,
  TrackingStatus,
} from '../../src/http/api/contract.ts';

/** Sub-statuses that are no words of the carrier's; `unknown-text`: nobody knows what it wrote. */
export type SubStatus = 'wrong-number' | 'unknown-text' | 'customs' | 'date-agreed' | 'receivers-wish';

/** The codes that the server sends, in words. A new one of the contract's does not compile until each language has a text. */
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
  done: Readonly<Record<RecordedAction, string>>;
  story: Readonly<Record<StoryWhat, string>>;
}

/** A code's text; of one that this page does not know, the code itself. */
export function textOf(texts: Readonly<Record<string, string>>, code: string): string {
  return texts[code] ?? code;
}
