import { TASK_ENTRIES } from './entries.ts';
import { TaskError } from './types.ts';
import type { TaskName, TrackingTask } from './types.ts';

/** All tasks, in the order of domain section 2. */
export const TRACKING_TASKS: readonly TrackingTask[] = (Object.keys(TASK_ENTRIES) as TaskName[]).map(
  (name) => ({ name, ...TASK_ENTRIES[name] }),
);

/** What a custom_id or a path may be cut to in a message. */
const MAX_QUOTED_LENGTH = 200;

/** @throws {TaskError} `TASK_UNKNOWN`, naming the tasks there are */
export function taskByName(name: string): TrackingTask {
  const task = TRACKING_TASKS.find((each) => each.name === name);
  if (task !== undefined) return task;
  const known = TRACKING_TASKS.map((each) => each.name).join(', ');
  throw new TaskError('TASK_UNKNOWN', `unknown task ${quoted(name)}: one of ${known} is meant`);
}

/**
 * The task with this custom_id prefix (`owt`), as settings name tasks.
 *
 * @throws {TaskError} `TASK_UNKNOWN`, naming the prefixes there are
 */
export function taskByPrefix(prefix: string): TrackingTask {
  const task = TRACKING_TASKS.find((each) => each.customIdPrefix === prefix);
  if (task !== undefined) return task;
  const known = TRACKING_TASKS.map((each) => each.customIdPrefix).join(', ');
  throw new TaskError('TASK_UNKNOWN', `unknown task prefix ${quoted(prefix)}: one of ${known} is meant`);
}

/** The task a custom_id belongs to (`owt-…`, `rtjpt-from-owryt-…`); null when it is not one of ours. */
export function taskOfCustomId(customId: string): TrackingTask | null {
  const [prefix, ...rest] = customId.split('-');
  if (rest.length === 0) return null;
  return TRACKING_TASKS.find((each) => each.customIdPrefix === prefix) ?? null;
}

const FROM_FILES = TRACKING_TASKS.flatMap(({ name, folderKeyword, filePrefix }) =>
  folderKeyword === null || filePrefix === null ? [] : [{ name, folderKeyword, filePrefix }],
);

/**
 * The task of a workbook: its path contains the folder keyword and its base name starts with the prefix, both
 * exactly as written, compared in Unicode NFC.
 *
 * @throws {TaskError} `TASK_NO_MATCH`, telling what was looked for
 */
export function taskForPath(path: string): TrackingTask {
  const name = matchingTask(path);
  if (name !== undefined) return taskByName(name);
  const known = FROM_FILES.map(({ folderKeyword, filePrefix }) => `${folderKeyword}/…/${filePrefix}`).join(
    ', ',
  );
  throw new TaskError(
    'TASK_NO_MATCH',
    `no task matches ${quoted(path.normalize('NFC'))}: a folder and a file name beginning like one of ${known} are needed, or the task's name`,
  );
}

function matchingTask(path: string): TaskName | undefined {
  const whole = path.normalize('NFC');
  const baseName = whole.slice(whole.lastIndexOf('/') + 1);
  return FROM_FILES.find(
    ({ folderKeyword, filePrefix }) => whole.includes(folderKeyword) && baseName.startsWith(filePrefix),
  )?.name;
}

/** Whether a workbook's path tells its task. */
export function belongsToTask(path: string): boolean {
  return matchingTask(path) !== undefined;
}

function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return `"${line.length > MAX_QUOTED_LENGTH ? `${line.slice(0, MAX_QUOTED_LENGTH - 1)}…` : line}"`;
}
