import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchCounts } from '../src/db/counts.ts';
import type { BatchState } from '../src/db/schema.ts';

/** Input of a batch workflow; what is not there yet is null. Plain JSON, handed on by continue-as-new. */
export interface BatchInput {
  batchId: string;
  writebackEvery: number;
  writebackMinIntervalMs: number;
  /** Set when an ended batch runs again: its rows are in the database already. */
  retry: RetryMessage | null;
  /** Paused from the start, since it would look up more than may go unasked. */
  paused: PersonMessage | null;
  carried: CarriedState | null;
}

/** What a run hands to its successor. */
export interface CarriedState {
  /** Jobs whose results are still to be processed. */
  inbox: number[];
  /** Groups that a carrier gave no answer for, one after the other, the latest among them. */
  failedInARow: number;
  paused: PersonMessage | null;
  cancelled: CancelMessage | null;
}

export interface WebhookMessage {
  batchId: string;
  jobIds: number[];
}

/** Every message of a person says who and why. */
export interface PersonMessage {
  by: string;
  why: string | null;
}

export interface CancelMessage extends PersonMessage {
  /** Do not wait for what is in flight. */
  drop: boolean;
}

export interface RetryMessage extends PersonMessage {
  /** `3,7-9`; null: the failed ones. */
  rows: string | null;
}

export interface BatchProgress {
  state: BatchState;
  reason: string | null;
  counts: BatchCounts;
}

/** To a workbook's own workflow: it was saved. */
export const workbookSaved = defineSignal('workbookSaved');
export const webhookReceived = defineSignal<[WebhookMessage]>('webhookReceived');
export const pause = defineUpdate<BatchProgress, [PersonMessage]>('pause');
export const resume = defineUpdate<BatchProgress, [PersonMessage]>('resume');
export const cancel = defineUpdate<BatchProgress, [CancelMessage]>('cancel');
/** The workbook was saved: its rows that ask for it join the batch. */
export const workbookChanged = defineUpdate<BatchProgress, [PersonMessage]>('workbookChanged');
export const retryRows = defineUpdate<BatchProgress, [RetryMessage]>('retryRows');
export const progress = defineQuery<BatchProgress>('progress');
