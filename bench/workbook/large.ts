import { join } from 'node:path';
import { columnLetters } from '../../src/workbook/sheet/cell-reference.ts';
import { patchWorkbookApart, readWorkbookApart } from '../../src/workbook/apart/apart.ts';
import type { Part, PartContext } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { COLUMNS } from './hands.ts';
import { countFigure } from './job-figures.ts';
import { writePackage } from './package-file.ts';
import { PeakMemory } from './peak-memory.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
/** The phase that reads a workbook is to be done in five minutes; a child is given up after four. */
const MOST_MS = 240_000;
const MOST_MB = 400;
const MEGA = 1_000_000;
/** Rows a piece of XML. */
const GROUP = 500;

interface LargeSheet {
  what: string;
  rows: number;
  /** The cells of a row behind A. */
  cells(row: number): string;
  /** Rows that hold a number. */
  filled: number;
}

const NUMBERS = Array.from({ length: 29 }, (_, at) => columnLetters(at + 2));
const LONG = 'a note that somebody pasted into every row of the sheet, '.repeat(40);

const SHEETS: readonly LargeSheet[] = [
  {
    what: '200,000 rows of 30 columns',
    rows: 200_000,
    filled: 200_000,
    cells: (row) =>
      NUMBERS.slice(2)
        .map((column) => `<c r="${column}${row}"><v>${row % 977}</v></c>`)
        .join(''),
  },
  {
    what: 'a million rows, formatted and empty but for 1,000',
    rows: 1_000_000,
    filled: 1_000,
    cells: (row) =>
      NUMBERS.slice(0, 5)
        .map((column) => `<c r="${column}${row}" s="0"/>`)
        .join(''),
  },
  {
    what: 'a sheet of 500 MB unzipped',
    rows: 210_000,
    filled: 210_000,
    cells: (row) => `<c r="D${row}" t="inlineStr"><is><t>${row} ${LONG}</t></is></c>`,
  },
];

/** Sheets near the limits, each read and ten cells of it written, as workers do it. */
export const large: Part = {
  name: 'large',
  async run(context) {
    for (const sheet of SHEETS) await measure(context, sheet);
  },
};

async function measure({ cleanup, figure, progress }: PartContext, sheet: LargeSheet): Promise<void> {
  const folder = temporaryFolder(cleanup);
  const source = join(folder, 'large.xlsx');
  progress(sheet.what);
  await writeLarge(source, sheet);
  const peak = new PeakMemory(true);
  const began = performance.now();
  const { rows } = await readWorkbookApart(source, { columns: COLUMNS });
  const edits = rows
    .filter((_, at) => at % Math.ceil(rows.length / 10) === 0)
    .map((row) => ({
      ...row,
      id: String(row.row),
      text: '完了',
      status: null,
      recorded: null,
      fresh: false,
    }));
  const { outcomes } = await patchWorkbookApart(source, join(folder, 'patched.xlsx'), {
    columns: COLUMNS,
    edits,
  });
  const workMs = performance.now() - began;
  const peakMb = (peak.stop() ?? NaN) / MEGA;
  const { what } = sheet;
  figure(countFigure(`${what}: rows read`, rows.length, sheet.filled));
  const written = outcomes.filter(({ outcome }) => outcome === 'written').length;
  figure(countFigure(`${what}: cells written`, written, edits.length));
  figure({
    figure: `${what}: read and written`,
    mustReach: `< ${MOST_MS / 1000} s`,
    measured: workMs / 1000,
    unit: 's',
    ok: workMs < MOST_MS,
  });
  figure({
    figure: `${what}: peak memory`,
    mustReach: `≤ ${MOST_MB} MB`,
    measured: peakMb,
    unit: 'MB',
    ok: peakMb <= MOST_MB,
  });
}

async function writeLarge(path: string, sheet: LargeSheet): Promise<void> {
  const relationship = (type: string, target: string): string =>
    `<Relationships xmlns="${PACKAGE}"><Relationship Id="rId1" Type="${DOCUMENT}/${type}" Target="${target}"/></Relationships>`;
  await writePackage(path, [
    ['[Content_Types].xml', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'],
    ['_rels/.rels', relationship('officeDocument', 'xl/workbook.xml')],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheets><sheet name="発送" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relationship('worksheet', 'worksheets/sheet1.xml')],
    ['xl/worksheets/sheet1.xml', sheetXml(sheet)],
  ]);
}

function* sheetXml({ rows, filled, cells }: LargeSheet): Generator<string> {
  yield `<worksheet xmlns="${MAIN}"><sheetData>`;
  for (let from = 2; from < rows + 2; from += GROUP) {
    let piece = '';
    for (let row = from; row < Math.min(from + GROUP, rows + 2); row++) {
      const first = row < filled + 2 ? `<c r="A${row}"><v>${390_000_000_000 + row}</v></c>` : '';
      piece += `<row r="${row}">${first}${cells(row)}</row>`;
    }
    yield piece;
  }
  yield '</sheetData></worksheet>';
}
