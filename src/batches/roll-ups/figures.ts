/**
 * The figures of a roll-up. Those of batches count in the hour in which the batch started, those of calls in the hour in
 * which they began, delays in the hour in which the result was saved.
 */
export const BATCH_FIGURES = [
  'batches',
  'rows',
  'failed',
  'invalid',
  'delivered',
  'answered',
  'calls-saved',
] as const;
export const CALL_FIGURES = ['calls', 'requests', 'webhook-delay'] as const;

export type FigureName = (typeof BATCH_FIGURES)[number] | (typeof CALL_FIGURES)[number];
