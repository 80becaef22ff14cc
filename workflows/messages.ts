import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchCounts } from '../src/db/counts.ts';
import type { BatchState } from '../src/db/schema.ts';

/** Input of a batch workflow; what is not there yet is null. Plain JSON, handed on by continue-as-new. */
export interface BatchInput {
  batchId: string;
  writebackEvery: number;
  writebackMinIntervalMs: number;
  publishIntervalMs: number;
  carried: CarriedState | null;
}

/** What a run hands to its successor. */
export interface CarriedState {
  inbox: number[];
}

export interface WebhookMessage {
  batchId: string;
  jobIds: number[];
}

export interface CancelMessage {
  by: string;
  why: string | null;
  drop: boolean;
}

export interface BatchProgress {
  state: BatchState;
  reason: string | null;
  counts: BatchCounts;
  etaMs: number | null;
}

export const webhookReceived = defineSignal<[WebhookMessage]>('webhookReceived');
export const cancel = defineUpdate<BatchProgress, [CancelMessage]>('cancel');
export const progress = defineQuery<BatchProgress>('progress');
