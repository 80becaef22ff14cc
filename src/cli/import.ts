import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { Imported } from '../batches/shipper-file/file-import.ts';
import { importShipperFile } from '../batches/shipper-file/import-file.ts';
import { openShipperFile } from '../batches/shipper-file/shipper-file.ts';
import { findBatch } from '../db/batches.ts';
import { printJson, printLine } from './print.ts';
import { withDatabase } from './session.ts';
import { wake } from './wake.ts';

interface Options {
  dryRun?: boolean;
  json?: boolean;
}

const LAYOUTS = { 'japan-post-17': "Japan Post's 17 columns", header: 'columns by its header' } as const;
/** With --json there are a thousand. */
const LINES_SHOWN = 20;

function printImported(imported: Imported): void {
  const { file, encoding, layout, header, events, parcels, rows } = imported;
  const first = header ? ', its first line not an event' : '';
  printLine(`${file}: ${encoding}, ${LAYOUTS[layout]}${first}${imported.dryRun ? '; nothing is kept' : ''}`);
  const back = events.takenBack === 0 ? '' : `, ${events.takenBack} taken back by the file itself`;
  printLine(`events: ${events.read} read, ${events.new} new${back}`);
  printLine(`parcels: ${parcels.new} new, ${parcels.changed} changed`);
  printLine(
    `rows: ${rows.answered} answered, ${rows.updated} brought up to date, ${rows.toWrite} of them to be written into workbooks`,
  );
  if (rows.left > 0) printLine(`rows left alone, as asking tells more than the file: ${rows.left}`);
  printLine(`calls saved: ${imported.callsSaved}`);
  if (imported.unknownTexts.length > 0)
    printLine(`unknown texts, see \`tsuiseki texts\`: ${imported.unknownTexts.join(', ')}`);
  printLines('refused', imported.refused);
  printLines('taken, to be looked at', imported.warnings);
}

function printLines(what: string, { lines, first }: Imported['refused']): void {
  if (lines === 0) return;
  printLine(`${what}: ${lines} ${lines === 1 ? 'line' : 'lines'}`);
  for (const { line, reason } of first.slice(0, LINES_SHOWN)) printLine(`  line ${line}: ${reason}`);
  if (lines > LINES_SHOWN) printLine(`  and ${lines - LINES_SHOWN} more`);
}

/** `tsuiseki import FILE`. */
export function importCommand(): Command {
  return new Command('import')
    .description("take a shipper's own file of events into parcels and rows; nobody is asked")
    .argument(
      '<file>',
      "Japan Post's tracking CSV, or one whose header names number, time and code or status",
    )
    .option('--dry-run', 'tell what would come of it, and keep nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
In Shift_JIS or UTF-8. Lines that cannot be taken are named, and the rest goes in; the same file twice changes nothing.
Rows that wait for a parcel which moves no more are answered and not published; rows with an older state get the newer one,
in database and workbook.`,
    )
    .action(async (path: string, { dryRun = false, json = false }: Options) => {
      const file = await openShipperFile(path);
      await withDatabase(async (database, settings) => {
        const { db } = database;
        const imported = await importShipperFile(database, file, { by: userInfo().username, dryRun });
        if (!dryRun) {
          const touched = await Promise.all(imported.batches.map((id) => findBatch(db, id)));
          await wake(settings, ...touched.filter((batch) => batch !== null));
        }
        if (json) printJson(imported);
        else printImported(imported);
      });
    });
}
