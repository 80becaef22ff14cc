/** What a carrier's text means, whoever wrote it (domain: "What they mean"). */
export const TRACKING_STATUSES = [
  'info_received',
  'in_transit',
  'out_for_delivery',
  'attempt_failed',
  'available_for_pickup',
  'delivered',
  'exception',
  'returned',
  'expired',
  'unknown',
] as const;

export type TrackingStatus = (typeof TRACKING_STATUSES)[number];

/** Carriers whose texts are known, or can be learnt. */
export const CARRIER_NAMES = ['yamato', 'japan_post', 'sagawa'] as const;

export type CarrierName = (typeof CARRIER_NAMES)[number];
