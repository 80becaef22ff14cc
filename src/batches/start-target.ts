import { access, constants, realpath } from 'node:fs/promises';
import { FileError } from '../files/types.ts';
import type { FileStore } from '../files/types.ts';
import { isWebdavPath } from '../files/webdav/path.ts';
import { taskByName, taskForPath } from '../tasks/registry.ts';
import { TaskError } from '../tasks/types.ts';
import type { TrackingTask } from '../tasks/types.ts';

/** A start as it was asked for. */
export interface StartRequest {
  workbook: string;
  /** Null: from the path. */
  task: string | null;
  rows: number[] | null;
  fresh: boolean;
}

/** A local path is made real; one on WebDAV is spelled as it is listed. A file that is not there is an error. */
async function realPath(files: FileStore, workbook: string): Promise<string> {
  if (isWebdavPath(workbook)) return (await files.stat(workbook)).path;
  try {
    const path = await realpath(workbook);
    await access(path, constants.R_OK);
    const composed = path.normalize('NFC');
    // Only on a Mac both spellings are the file's.
    return await access(composed).then(
      () => composed,
      () => path,
    );
  } catch (error) {
    throw new FileError('FILE_NOT_FOUND', `${workbook}: no such file, or it may not be read`, {
      cause: error,
    });
  }
}

/** A task by its name, of those that a person may start. Throws {@link TaskError}. */
export function startableTask(name: string): TrackingTask {
  return startable(taskByName(name));
}

function startable(task: TrackingTask): TrackingTask {
  if (task.folderKeyword === null)
    throw new TaskError('TASK_NO_URLS', `${task.name} is never started from a workbook or from rows`);
  return task;
}

/** The task and real path a start means. An unknown task is wrong use, whether the file is there or not. */
export async function startTarget(
  files: FileStore,
  request: Pick<StartRequest, 'workbook' | 'task'>,
): Promise<{ task: TrackingTask; path: string }> {
  const named = request.task === null ? null : startableTask(request.task);
  const path = await realPath(files, request.workbook);
  return { task: named ?? startable(taskForPath(path)), path };
}
