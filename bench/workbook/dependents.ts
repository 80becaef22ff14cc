import { inGroups, LAST_ROW } from './big-sheet.ts';

import type { PartContent } from './package-file.ts';
import type { TextParts } from './text-parts.ts';

/** Formulas that depend on the result column: on its own sheet, on the second one, and on a third one through those. */
const DEPENDENTS = { own: 40_000, second: 30_000, third: 30_000 };
export const ALL_DEPENDENTS = 100_000;

const SECOND_SHEET = 'xl/worksheets/sheet1.xml';
const THIRD_SHEET = 'xl/worksheets/sheet3.xml';
const WORKSHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml';
const RELATIONSHIP = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

/** The formula cell at the end of a row of the big sheet; '' behind the last of them. */
export function ownDependent(row: number): string {
  if (row > DEPENDENTS.own + 1) return '';
  return `<c r="I${row}"><f>COUNTIF(C$2:C$${LAST_ROW},A${row}&amp;"*")</f><v>0</v></c>`;
}

/** Gives the workbook a third sheet, and formulas to the second and the third. */
export function addDependents(parts: TextParts): Map<string, PartContent> {
  parts.append('[Content_Types].xml', `<Override PartName="/${THIRD_SHEET}" ContentType="${WORKSHEET}"/>`);
  parts.append(
    'xl/_rels/workbook.xml.rels',
    `<Relationship Id="rId30" Type="${RELATIONSHIP}" Target="worksheets/sheet3.xml"/>`,
  );
  parts.edit('xl/workbook.xml', (xml) =>
    xml.replace('</sheets>', '<sheet name="集計" sheetId="3" r:id="rId30"/></sheets>'),
  );
  const second = parts.text(SECOND_SHEET);
  parts.add(THIRD_SHEET, '');
  return new Map([
    [SECOND_SHEET, secondSheet(second)],
    [THIRD_SHEET, thirdSheet()],
  ]);
}

function* secondSheet(xml: string): Generator<string> {
  const [head = '', tail = ''] = xml.split('</sheetData>');
  yield head;
  yield* formulas(DEPENDENTS.second, (row) => `COUNTIF(発送一覧!$C$2:$C$${LAST_ROW},"${row}*")`);
  yield `</sheetData>${tail}`;
}

function* thirdSheet(): Generator<string> {
  yield `<worksheet xmlns="${MAIN}"><sheetData>`;
  yield* formulas(DEPENDENTS.third, (row) => `メモ!B${row}+発送一覧!I${row}`);
  yield '</sheetData></worksheet>';
}

function* formulas(count: number, formula: (row: number) => string): Generator<string> {
  const rows = Array.from({ length: count }, (_, at) => at + 2);
  yield* inGroups(rows, (row) => `<row r="${row}"><c r="B${row}"><f>${formula(row)}</f><v>0</v></c></row>`);
}
