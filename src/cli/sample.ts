import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { TsuisekiError } from '../errors.ts';
import { isWebdavPath } from '../files/webdav/path.ts';
import { writeSampleWorkbook } from '../sandbox/sample-workbook.ts';
import { wholeNumber } from '../settings/parse.ts';
import { belongsToTask, taskByName, taskForPath } from '../tasks/registry.ts';
import type { TaskName } from '../tasks/types.ts';
import { printJson, printLine } from './print.ts';
import { option, UsageError } from './usage.ts';

class SampleError extends TsuisekiError<'FILE_EXISTS'> {}

const DEFAULT_TASK = 'yamato_tracking_only';
/** More than two writebacks of ten, in two and a half minutes at the permitted pace. */
const DEFAULT_ROWS = 25;
/** The sheet is made in memory: so many take half a gigabyte. */
const MAX_ROWS = 100_000;

/** What is to be made where: the word that ends in .xlsx is the file, which may tell the task; both have defaults. */
function wanted(words: readonly string[]): { task: TaskName; path: string } {
  const file = words.find((word) => word.endsWith('.xlsx'));
  const [name, other] = words.filter((word) => word !== file);
  if (other !== undefined) throw new UsageError('USAGE', `${other}: a sample's file name ends in .xlsx`);
  if (file !== undefined && isWebdavPath(file))
    throw new UsageError('USAGE', `${file}: a sample is made on this machine; name a local path`);
  const path = file === undefined ? null : resolve(file);
  const told = path !== null && belongsToTask(path) ? taskForPath(path).name : DEFAULT_TASK;
  const { name: task, folderKeyword, filePrefix } = taskByName(name ?? told);
  if (folderKeyword === null || filePrefix === null)
    throw new UsageError('USAGE', `${task} is never started from a workbook`);
  return { task, path: path ?? resolve(join(folderKeyword, `${filePrefix}sample.xlsx`)) };
}

async function makeSample(words: readonly string[], options: { rows: number; json?: boolean }) {
  const { rows, json } = options;
  const { task, path } = wanted(words);
  mkdirSync(dirname(path), { recursive: true });
  await writeSampleWorkbook(path, { task, rows }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const text = `${path} is there already: name another file, or remove it`;
    throw new SampleError('FILE_EXISTS', text, { cause: error });
  });
  if (json) printJson({ workbook: path, task, rows });
  else printLine(path);
}

/** `tsuiseki sample [TASK] [FILE]`: a workbook to try `start` with, which finds the task by its path. */
export function sampleCommand(): Command {
  return new Command('sample')
    .description('make a sample workbook, and print its path')
    .argument('[task]', `its task; default: the one its path tells, or ${DEFAULT_TASK}`)
    .argument('[file]', 'where to make it; default: in a folder named as the task')
    .option(
      '--rows <n>',
      'how many rows it is to have, the header aside',
      option(wholeNumber(1, MAX_ROWS)),
      DEFAULT_ROWS,
    )
    .option('--json', 'print JSON')
    .action((task: string | undefined, file: string | undefined, options: { rows: number; json?: boolean }) =>
      makeSample(
        [task, file].filter((word) => word !== undefined),
        options,
      ),
    );
}
