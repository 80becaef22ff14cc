export {
  BatchSweepWorkflow,
  CleanUpWorkflow,
  InboxRelayWorkflow,
  LostWebhookWorkflow,
} from './acquisition.ts';
export { RollUpWorkflow } from './aggregation.ts';
export { TrackingBatchWorkflow } from './tracking-batch.ts';
export { YamatoBatchWorkflow } from './yamato-batch.ts';
