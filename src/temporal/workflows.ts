import type { BatchCounts } from '../db/batch-figures.ts';
import type { RetryMessage } from './messages.ts';
import { QUEUES } from './names.ts';

/** Input of a batch workflow; what is not there yet is null. Plain JSON, handed on by continue-as-new. */
export interface BatchInput {
  batchId: string;
  /** Task, file and rows, for people: what was set at the start is lost with the first run. */
  title: string;
  /** Its rows were given without a workbook: results are delivered. Absent: it has one. */
  fromRows?: true;
  writebackEvery: number;
  writebackMinIntervalMs: number;
  /** Set when an ended batch runs again: its rows are in the database already. */
  retry: RetryMessage | null;
  carried: CarriedState | null;
}

/** What a run hands to its successor. */
export interface CarriedState {
  /** Groups that a carrier gave no answer for, one after the other, the latest among them. */
  failedInARow: number;
  /** A save's rows are still to join. */
  joins: boolean;
}

/** How many records a clean-up forgot. */
export interface Pruned {
  calls: number;
  requests: number;
  saves: number;
  notifications: number;
  /** Rows whose personal data was forgotten. */
  forgotten: number;
  /** Rounds of the re-query. */
  rounds: number;
  parcels: number;
  /** Sightings of texts that nobody knows. */
  texts: number;
}

/** Every workflow type by its name, with what it takes and gives. */
export interface Workflows {
  TrackingBatchWorkflow(input: BatchInput): Promise<BatchCounts>;
  YamatoBatchWorkflow(input: BatchInput): Promise<BatchCounts>;
  WorkbookSaveWorkflow(input: { workbook: string }): Promise<string>;
  InboxRelayWorkflow(): Promise<void>;
  LateBatchWorkflow(input: { batchId: string }): Promise<void>;
  LostWebhookWorkflow(): Promise<{
    asked: number;
    found: number;
    adopted: number;
    again: number;
    failed: number;
  }>;
  BatchSweepWorkflow(): Promise<void>;
  FolderSweepWorkflow(): Promise<{ found: number }>;
  FolderWalkWorkflow(): Promise<{ found: number }>;
  RequeryWorkflow(): Promise<{ rounds: string[] }>;
  IncidentsWorkflow(): Promise<{ told: number }>;
  CarrierCheckWorkflow(): Promise<{ asked: number }>;
  CleanUpWorkflow(): Promise<Pruned>;
  RollUpWorkflow(): Promise<{ hours: number }>;
}

/** The queue whose worker runs a workflow type. */
export const QUEUE_OF_WORKFLOW: Readonly<Record<keyof Workflows, string>> = {
  TrackingBatchWorkflow: QUEUES.tracking_batch,
  YamatoBatchWorkflow: QUEUES.yamato_tracking_10,
  WorkbookSaveWorkflow: QUEUES.acquisition,
  InboxRelayWorkflow: QUEUES.acquisition,
  LateBatchWorkflow: QUEUES.acquisition,
  LostWebhookWorkflow: QUEUES.acquisition,
  BatchSweepWorkflow: QUEUES.acquisition,
  FolderSweepWorkflow: QUEUES.acquisition,
  FolderWalkWorkflow: QUEUES.acquisition,
  RequeryWorkflow: QUEUES.acquisition,
  IncidentsWorkflow: QUEUES.acquisition,
  CarrierCheckWorkflow: QUEUES.acquisition,
  CleanUpWorkflow: QUEUES.acquisition,
  RollUpWorkflow: QUEUES.aggregation,
};
