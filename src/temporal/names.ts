/** Names promised to the outside (interface section 4). */
export const QUEUES = {
  tracking_batch: 'tracking_batch_queue',
  tracking_excel: 'tracking_excel_queue',
  publish_tracking: 'publish_tracking_queue',
  yamato_tracking_10: 'yamato_tracking_10_queue',
  tracking_webhook: 'tracking_webhook_queue',
  acquisition: 'acquisition_queue',
  aggregation: 'aggregation_queue',
} as const;

export type WorkerName = keyof typeof QUEUES;

/** What a batch waits for, to filter by; absent: nothing. */
export const WAITS_FOR = [
  'account',
  'held',
  'lock',
  'file',
  'database',
  'carrier',
  'person',
  'webhook',
] as const;

export type WaitsFor = (typeof WAITS_FOR)[number];
