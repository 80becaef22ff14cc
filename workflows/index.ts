export {
  BatchSweepWorkflow,
  CleanUpWorkflow,
  FolderSweepWorkflow,
  InboxRelayWorkflow,
  LostWebhookWorkflow,
} from './acquisition.ts';
export { RollUpWorkflow } from './aggregation.ts';
export { TrackingBatchWorkflow } from './tracking-batch.ts';
export { WorkbookSaveWorkflow } from './workbook-save.ts';
export { YamatoBatchWorkflow } from './yamato-batch.ts';
