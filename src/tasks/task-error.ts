import { TsuisekiError } from '../errors.ts';

/**
 * `TASK_UNKNOWN`: no task of that name or custom_id prefix; `TASK_NO_MATCH`: no task's folder and prefix match the
 * path; `TASK_NO_URLS`: the task has no start URLs of its own.
 */
export type TaskErrorCode = 'TASK_UNKNOWN' | 'TASK_NO_MATCH' | 'TASK_NO_URLS';

/** A task that was asked for and cannot be had. */
export class TaskError extends TsuisekiError<TaskErrorCode> {}
