import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { BatchCounts } from '../db/batch-figures.ts';
import type { BatchState, PersonOrder } from '../db/schema.ts';

/** Jobs of a batch of which something was told. */
export interface WebhookMessage {
  batchId: string;
  jobIds: number[];
}

/** Every message of a person has an id, by which it takes effect once, and says who and why. */
export interface PersonMessage extends PersonOrder {
  id: string;
}

export interface CancelMessage extends PersonMessage {
  /** Do not wait for what is in flight. */
  drop: boolean;
}

export interface RetryMessage extends PersonMessage {
  /** `3,7-9`; null: the failed ones. */
  rows: string | null;
}

/** What every Update answers, and the query `progress`. */
export interface BatchProgress {
  state: BatchState;
  reason: string | null;
  counts: BatchCounts;
}

/** An Update of a batch, whichever way its numbers are looked up. */
export type BatchUpdate<Message> = UpdateDefinition<BatchProgress, [Message]>;

// As `defineSignal` and its like make them, which come with @temporalio/workflow: that is for workflow code alone.
const signal = <Args extends unknown[]>(name: string) => ({ type: 'signal', name }) as SignalDefinition<Args>;
const update = <Message>(name: string) => ({ type: 'update', name }) as BatchUpdate<Message>;
const query = <Answer>(name: string) => ({ type: 'query', name }) as QueryDefinition<Answer>;

/** To a workbook's own workflow: it was saved. */
export const workbookSaved = signal<[]>('workbookSaved');
export const webhookReceived = signal<[WebhookMessage]>('webhookReceived');
export const pause = update<PersonMessage>('pause');
export const resume = update<PersonMessage>('resume');
export const cancel = update<CancelMessage>('cancel');
/** The workbook was saved: its rows that ask for it join the batch. */
export const workbookChanged = update<PersonMessage>('workbookChanged');
export const retryRows = update<RetryMessage>('retryRows');
export const progress = query<BatchProgress>('progress');
