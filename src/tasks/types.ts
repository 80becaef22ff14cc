import { TsuisekiError } from '../errors.ts';
import type { TASK_ENTRIES } from './entries.ts';
import type { TaskEntry } from './task-entry.ts';

export type TaskName = keyof typeof TASK_ENTRIES;

export interface TrackingTask extends TaskEntry<TaskName> {
  name: TaskName;
}

/** What a row was understood as: something to look up, or invalid with the reason. */
export type RowReading =
  | { valid: true; url: string | null; trackingNumber: string | null; warnings: string[] }
  | { valid: false; error: string; warnings: string[] };

/**
 * `TASK_UNKNOWN`: no task of that name or custom_id prefix; `TASK_NO_MATCH`: no task's folder and prefix match the
 * path; `TASK_NO_URLS`: the task has no start URLs of its own.
 */
export type TaskErrorCode = 'TASK_UNKNOWN' | 'TASK_NO_MATCH' | 'TASK_NO_URLS';

/** A task that was asked for and cannot be had. */
export class TaskError extends TsuisekiError<TaskErrorCode> {}
