import { webdavPath } from '../files/webdav/path.ts';
import { TaskError } from '../tasks/types.ts';
import { taskForPath } from '../tasks/registry.ts';

/**
 * The workbook that a webhook's path means, and why its saves are nobody's business (null: they are a task's).
 *
 * @throws {FileError} `FILE_PATH_INVALID`
 */
export function savedWorkbook(path: string): { workbook: string; notOurs: string | null } {
  const workbook = webdavPath(path);
  try {
    taskForPath(workbook);
    return { workbook, notOurs: null };
  } catch (error) {
    if (error instanceof TaskError) return { workbook, notOurs: error.message };
    throw error;
  }
}
