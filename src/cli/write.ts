import type { Command } from 'commander';
import type { Written } from '../batches/write-back.ts';
import { writeNow } from '../batches/write-now.ts';
import { hasWorkbook } from '../db/batches.ts';
import { TsuisekiError } from '../errors.ts';
import { openFiles } from '../files/open-files.ts';
import { printJson, printLine } from './print.ts';
import { batchNamed, withDatabase } from './session.ts';
import { fromHere, steerCommand } from './steer.ts';
import type { SteerOptions } from './steer.ts';
import { wake } from './wake.ts';

class NoWorkbook extends TsuisekiError<'NO_WORKBOOK'> {}

function printWritten({ written, shown, left }: Written): void {
  if (written.length > 0) printLine(`written: rows ${written.join(', ')}`);
  else if (shown.length > 0) printLine(`the status column written: rows ${shown.join(', ')}`);
  for (const { row, why } of left) printLine(`row ${row}: ${why}`);
  if (written.length + shown.length + left.length === 0) printLine('nothing was left to write');
}

function write(reference: string, options: SteerOptions): Promise<void> {
  return withDatabase(async (database, settings) => {
    const batch = await batchNamed(database, reference);
    if (!hasWorkbook(batch))
      throw new NoWorkbook(
        'NO_WORKBOOK',
        `batch ${batch.id} was started from rows: there is no workbook to write; \`tsuiseki rows ${batch.id} --csv\` gives its results`,
      );
    const files = openFiles(settings, database);
    const written = await writeNow({ database, files, settings }, batch, fromHere(options));
    if (batch.finishedAt === null) await wake(settings, batch);
    if (options.json) printJson(written);
    else printWritten(written);
  });
}

/** `tsuiseki write BATCH`: in this process, which has to reach the workbook as the workers do. */
export function writeCommand(): Command {
  return steerCommand(
    'write',
    'write back now, although an editing session is said to be open',
    'print the rows written and left alone as JSON',
  ).action(write);
}
