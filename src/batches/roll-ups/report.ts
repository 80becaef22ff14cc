import type { CarrierName } from '../../carriers/status.ts';
import type { TaskName } from '../../tasks/types.ts';
import type { Reason } from '../reasons.ts';

/** What there was between two moments, by the roll-ups. Moments are ISO 8601, days Japan's. */
export interface Report {
  /** Null: all there is. */
  from: string | null;
  /** Without it. */
  to: string;
  tasks: TaskLine[];
  reasons: ReasonLine[];
  calls: CallLine[];
  days: DayLine[];
  carriers: CarrierLine[];
  /** By where parcels came from, by where they went, and by both; those with most parcels first. */
  origins: OfficeLine[];
  destinations: OfficeLine[];
  lanes: LaneLine[];
  open: OpenLine[];
}

/** Batches that started within the time, and what stands in their rows now. */
export interface TaskLine {
  task: TaskName;
  batches: number;
  rows: number;
  completed: number;
  failed: number;
  invalid: number;
  delivered: number;
  /** Completed without asking: from the record, and settled by a person's own text. */
  fromRecord: number;
  byHand: number;
  callsSaved: number;
  /** Of the account's budget; and requests to carriers directly. */
  calls: number;
  requests: number;
  webhookDelayS: Delay | null;
}

/** From a webhook to its result in the database, in seconds rounded up; beyond two minutes to the minute. */
export interface Delay {
  results: number;
  median: number;
  p95: number;
  longest: number;
}

export interface ReasonLine {
  task: TaskName;
  state: 'failed' | 'invalid';
  reason: Reason;
  rows: number;
}

export interface CallLine {
  /** Null: of no task of ours. */
  task: TaskName | null;
  /** A kind of the account's calls, or the carrier that was asked directly. */
  kind: string;
  calls: number;
}

export interface DayLine {
  /** `2026-01-31` */
  day: string;
  batches: number;
  rows: number;
  completed: number;
  failed: number;
  invalid: number;
  fromRecord: number;
  byHand: number;
  callsSaved: number;
  calls: number;
  requests: number;
  /** Parcels. */
  delivered: number;
  firstAttempt: number;
  returned: number;
}

/** Parcels that were delivered, or first sent back, on the days of the time. */
interface ParcelCounts {
  delivered: number;
  /** Of these, without a failed attempt before. */
  firstAttempt: number;
  returned: number;
  transit: Transit | null;
}

/** From a parcel's first event to its delivery; the median and the ninetieth percentile to the hour, rounded down. */
export interface Transit {
  parcels: number;
  meanHours: number;
  medianHours: number;
  p90Hours: number;
}

export interface CarrierLine extends ParcelCounts {
  carrier: CarrierName | null;
  /** Still on their way at the last count of the time, and of these silent for five days. */
  open: number;
  stalled: number;
}

export interface OfficeLine extends ParcelCounts {
  carrier: CarrierName | null;
  office: string;
}

export interface LaneLine extends ParcelCounts {
  carrier: CarrierName | null;
  from: string;
  to: string;
}

/** As it stood at the day's last roll-up. */
export interface OpenLine {
  day: string;
  carrier: CarrierName | null;
  open: number;
  stalled: number;
}
