/** Why a parcel that has not arrived needs somebody, the most urgent first. */
export const ALERT_REASONS = ['sent-back-soon', 'brought-back', 'exception', 'returned', 'silent'] as const;

export type AlertReason = (typeof ALERT_REASONS)[number];
