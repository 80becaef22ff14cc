export const BATCH_STATES = ['running', 'paused', 'completed', 'cancelled', 'failed'] as const;
export type BatchState = (typeof BATCH_STATES)[number];

export const ROW_STATES = ['pending', 'published', 'redirected', 'completed', 'failed', 'invalid'] as const;
export type RowState = (typeof ROW_STATES)[number];

/**
 * `publishing`: the intent is written, the answer is not: the API may or may not have taken it. `incomplete`: the
 * results are in, and what some URLs came back without is still to be asked.
 */
export type JobState =
  | 'pending'
  | 'publishing'
  | 'published'
  | 'incomplete'
  | 'redirected'
  | 'completed'
  | 'failed';

/** What the record of actions has, by people and by words in a status cell. */
export type RecordedAction =
  | 'start'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'retry'
  | 'ask'
  | 'give up'
  | 'write'
  | 'fresh'
  | 'hold'
  | 'done'
  | 'release'
  | 'import';
