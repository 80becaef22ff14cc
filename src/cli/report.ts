import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { makeReport } from '../batches/roll-ups/make-report.ts';
import type { Period } from '../batches/roll-ups/make-report.ts';
import { reportCsv } from '../batches/roll-ups/report-csv.ts';
import { reportSheets } from '../batches/roll-ups/report-sheets.ts';
import type { ReportColumn, ReportSheet } from '../batches/roll-ups/report-sheets.ts';
import type { Report } from '../batches/roll-ups/report.ts';
import { TsuisekiError } from '../errors.ts';
import { printJson, printLine, printTable } from './print.ts';
import { withDatabase } from './session.ts';
import { moment, UsageError } from './usage.ts';

class ReportError extends TsuisekiError<'FILE_EXISTS' | 'FILE_UNWRITABLE'> {}

interface Options {
  from?: string;
  to?: string;
  csv?: string;
  xlsx?: string;
  json?: true;
}

/** Offices are many: a terminal shows the busiest. */
const LINES_SHOWN = 20;

/** Checked before the database is asked for anything. */
function period(options: Options): Period {
  const from = options.from === undefined ? null : moment(options.from);
  const to = options.to === undefined ? new Date() : moment(options.to);
  if (from !== null && from >= to)
    throw new UsageError('USAGE', `--from ${options.from} is not before ${options.to ?? 'now'}`);
  if (options.csv !== undefined && options.xlsx !== undefined)
    throw new UsageError('USAGE', '--csv and --xlsx: name one of them');
  return { from, to };
}

/** A file that is there is left alone: a report is of its time. */
async function save(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    const isThere = error.code === 'EEXIST';
    throw new ReportError(
      isThere ? 'FILE_EXISTS' : 'FILE_UNWRITABLE',
      isThere
        ? `${file} is there already: name another file, or remove it`
        : `${file} cannot be written; name a file in a folder that is there and may be written to`,
      { cause: error },
    );
  });
}

async function saveReport(report: Report, { csv, xlsx }: Options): Promise<string | null> {
  if (csv !== undefined) await save(csv, reportCsv(report));
  if (xlsx !== undefined) {
    const { reportWorkbook } = await import('../batches/roll-ups/report-workbook.ts');
    await save(xlsx, await reportWorkbook(report));
  }
  return csv ?? xlsx ?? null;
}

function shown(value: string | number | null | undefined, { kind }: ReportColumn) {
  if (typeof value !== 'number') return value;
  return kind === 'part' ? `${Math.round(value * 1_000) / 10} %` : Math.round(value * 1_000) / 1_000;
}

function printSheet({ name, question, columns, records }: ReportSheet): void {
  printLine(`${name}: ${question}`);
  const lines = records
    .slice(0, LINES_SHOWN)
    .map((record) =>
      Object.fromEntries(columns.map((column) => [column.key, shown(record[column.key], column)])),
    );
  printTable(
    lines,
    columns.map(({ key }) => key),
  );
  if (records.length > LINES_SHOWN)
    printLine(`and ${records.length - LINES_SHOWN} more: --csv, --xlsx or --json`);
  printLine('');
}

/** `tsuiseki report`: the aggregated figures, the present hour included. */
export function reportCommand(): Command {
  return new Command('report')
    .description('batches, rows, calls and parcels of a time, by the roll-ups')
    .option('--from <date>', 'from this day on (Japan); default: all')
    .option('--to <date>', 'up to, and without, this day; default: now')
    .option('--csv <file>', 'write a CSV file, a line a figure')
    .option('--xlsx <file>', 'write a workbook, a sheet a question')
    .option('--json', 'print JSON')
    .action((options: Options) => {
      const wanted = period(options);
      return withDatabase(async (database) => {
        const report = await makeReport(database, wanted);
        const file = await saveReport(report, options);
        if (options.json) return printJson(report);
        if (file !== null) return printLine(file);
        const sheets = reportSheets(report).filter(({ records }) => records.length > 0);
        if (sheets.length === 0) printLine('nothing in that time');
        for (const sheet of sheets) printSheet(sheet);
      });
    });
}
