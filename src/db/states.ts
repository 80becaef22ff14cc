export type BatchState = 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
export type RowState = 'pending' | 'published' | 'redirected' | 'completed' | 'failed' | 'invalid';
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
