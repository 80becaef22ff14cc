import ExcelJS from 'exceljs';
import { japanTime } from '../../carriers/placed-events.ts';
import type { Report } from './report.ts';
import { reportSheets } from './report-sheets.ts';
import type { ColumnKind, ReportColumn, ReportSheet } from './report-sheets.ts';

const FORMATS: Readonly<Record<ColumnKind, string>> = {
  text: '@',
  count: '#,##0',
  part: '0.0%',
  seconds: '#,##0" s"',
  hours: '#,##0.0" h"',
};
const HEADER_ROW = 3;
const OFF_TARGET: Partial<ExcelJS.Style> = {
  font: { color: { argb: 'FF9C0006' } },
  fill: { type: 'pattern', pattern: 'solid', bgColor: { argb: 'FFFFC7CE' } },
};
/** Excel takes a file for damaged whose bars have no colour; the library's types do not know it. */
const BARS = {
  type: 'dataBar' as const,
  priority: 2,
  cfvo: [{ type: 'num' as const, value: 0 }, { type: 'max' as const }],
  color: { argb: 'FF8FB8DE' },
};
/** Excel's own limit. */
const LAST_ROW = 1_048_576;

/** The report as a workbook, a sheet a question; what is off its target is marked. */
export async function reportWorkbook(report: Report): Promise<Uint8Array> {
  const workbook = new ExcelJS.Workbook();
  const sheets = reportSheets(report);
  const first = workbook.addWorksheet('Report');
  first.columns = [{ width: 16 }, { width: 90 }];
  first.addRow(['From', report.from === null ? 'all there is' : japanTime(Date.parse(report.from))]);
  first.addRow(['To', japanTime(Date.parse(report.to))]);
  first.addRow([]);
  first.addRow(['Sheet', 'Question']).font = { bold: true };
  for (const { name, question } of sheets)
    first.addRow([{ text: name, hyperlink: `#'${name}'!A1` }, question]);
  for (const sheet of sheets) addSheet(workbook, sheet);
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

function addSheet(workbook: ExcelJS.Workbook, { name, question, columns, records }: ReportSheet): void {
  const sheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: HEADER_ROW }] });
  sheet.addRow([question]).font = { italic: true };
  sheet.addRow([]);
  sheet.addRow(columns.map(({ key }) => key)).font = { bold: true };
  for (const record of records.slice(0, LAST_ROW - HEADER_ROW))
    sheet.addRow(columns.map(({ key }) => record[key] ?? null));
  columns.forEach((column, index) => {
    const { letter } = sheet.getColumn(index + 1);
    sheet.getColumn(index + 1).width = column.kind === 'text' ? 30 : 14;
    sheet.getColumn(index + 1).numFmt = FORMATS[column.kind];
    if (records.length > 0) mark(sheet, column, `${letter}${HEADER_ROW + 1}:${letter}${sheet.rowCount}`);
  });
  const last = sheet.getColumn(columns.length).letter;
  sheet.autoFilter = `A${HEADER_ROW}:${last}${sheet.rowCount}`;
}

function mark(sheet: ExcelJS.Worksheet, { mustReach, isBar }: ReportColumn, ref: string): void {
  if (isBar === true) sheet.addConditionalFormatting({ ref, rules: [BARS] });
  if (mustReach === undefined) return;
  const [cell = ''] = ref.split(':');
  const isBeyond = 'least' in mustReach ? `${cell}<${mustReach.least}` : `${cell}>${mustReach.most}`;
  // An empty cell would count as 0.
  const isOff = `AND(ISNUMBER(${cell}),${isBeyond})`;
  sheet.addConditionalFormatting({
    ref,
    rules: [{ type: 'expression', priority: 1, formulae: [isOff], style: OFF_TARGET }],
  });
}
