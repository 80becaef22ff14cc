import { columnLetters } from '../../../src/workbook/sheet/cell-reference.ts';
import { writePackage } from '../package-file.ts';
import type { MadeFormula, MadeWorkbook } from './any-workbook.ts';
import { referenceOf } from './formula-text.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DOCUMENT = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const SPREADSHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const HEADERS = ['番号', 'mail', '状態', '数'];

/** What a program has calculated, by `sheet!cell`. */
export type Values = ReadonlyMap<string, unknown>;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Writes the workbook with these values stored for its formulas; without, none is. */
export async function writeMade(path: string, made: MadeWorkbook, values: Values | null): Promise<void> {
  const { sheets, rowsSheet, table, definedNames } = made;
  const parts: [string, string][] = [
    ['[Content_Types].xml', contentTypes(sheets.length, table)],
    [
      '_rels/.rels',
      relationships([
        ['rId1', 'officeDocument', 'xl/workbook.xml'],
        ['rId2', 'extended-properties', 'docProps/app.xml'],
      ]),
    ],
    // LibreOffice trusts the stored values of known programs alone.
    [
      'docProps/app.xml',
      `${XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Microsoft Excel</Application><AppVersion>16.0300</AppVersion></Properties>`,
    ],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><bookViews><workbookView activeTab="${rowsSheet}"/></bookViews><sheets>${sheets.map((name, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('')}</sheets>${definedNames.length === 0 ? '' : `<definedNames>${definedNames.map(({ name, formula }) => `<definedName name="${name}">${escaped(formula)}</definedName>`).join('')}</definedNames>`}<calcPr calcId="191029"/></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relationships(sheets.map((_, at) => [`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`])),
    ],
    ...sheets.map((_, at): [string, string] => [
      `xl/worksheets/sheet${at + 1}.xml`,
      sheetXml(made, at, values),
    ]),
  ];
  if (table) {
    parts.push(
      [
        `xl/worksheets/_rels/sheet${rowsSheet + 1}.xml.rels`,
        relationships([['rId1', 'table', '../tables/table1.xml']]),
      ],
      [
        'xl/tables/table1.xml',
        `${XML}<table xmlns="${MAIN}" id="1" name="表1" displayName="表1" ref="A1:D${made.rows.length + 1}" totalsRowShown="0"><tableColumns count="4">${HEADERS.map((name, at) => `<tableColumn id="${at + 1}" name="${name}"/>`).join('')}</tableColumns></table>`,
      ],
    );
  }
  await writePackage(path, parts);
}

function sheetXml(made: MadeWorkbook, sheet: number, values: Values | null): string {
  const { sheets, rowsSheet, rows, formulas, table } = made;
  const cells = new Map<number, Map<number, string>>();
  const put = (row: number, column: number, xml: string): void => {
    const inRow = cells.get(row) ?? new Map<number, string>();
    cells.set(row, inRow.set(column, xml));
  };
  const text = (row: number, column: number, value: string): void => {
    if (value !== '')
      put(
        row,
        column,
        `<c r="${referenceOf(row, column)}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`,
      );
  };
  if (sheet === rowsSheet) {
    HEADERS.forEach((header, at) => text(1, at + 1, header));
    for (const [at, { input, email, result, quantity }] of rows.entries()) {
      put(at + 2, 1, `<c r="A${at + 2}"><v>${input}</v></c>`);
      text(at + 2, 2, email);
      text(at + 2, 3, result);
      put(at + 2, 4, `<c r="D${at + 2}"><v>${quantity}</v></c>`);
    }
  }
  for (const formula of formulas)
    if (formula.sheet === sheet)
      put(
        formula.row,
        formula.column,
        formulaCell(
          formula,
          values?.get(`${sheets[sheet]}!${referenceOf(formula.row, formula.column)}`),
          values !== null,
        ),
      );
  const xml = [...cells]
    .sort(([a], [b]) => a - b)
    .map(([row, inRow]) => {
      const inOrder = [...inRow].sort(([a], [b]) => a - b).map(([, cell]) => cell);
      return `<row r="${row}">${inOrder.join('')}</row>`;
    });
  const tables =
    table && sheet === rowsSheet ? '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>' : '';
  return `${XML}<worksheet xmlns="${MAIN}" xmlns:r="${DOCUMENT}"><sheetData>${xml.join('')}</sheetData>${tables}</worksheet>`;
}

function formulaCell(
  { row, column, text, attributes }: MadeFormula,
  value: unknown,
  stored: boolean,
): string {
  const formula =
    text === null ? '' : text === '' ? `<f${attributes}/>` : `<f${attributes}>${escaped(text)}</f>`;
  const [type, content] = stored ? valueXml(value) : ['', ''];
  if (formula === '' && content === '') return '';
  return `<c r="${columnLetters(column)}${row}"${type}>${formula}${content}</c>`;
}

function valueXml(value: unknown): [type: string, content: string] {
  if (typeof value === 'number') return ['', `<v>${value}</v>`];
  if (typeof value === 'boolean') return [' t="b"', `<v>${value ? 1 : 0}</v>`];
  if (typeof value === 'object' && value !== null && 'error' in value)
    return [' t="e"', `<v>${String(value.error)}</v>`];
  return [' t="str"', `<v>${escaped(typeof value === 'string' ? value : '')}</v>`];
}

function relationships(list: readonly (readonly [id: string, type: string, target: string])[]): string {
  const each = list.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${DOCUMENT}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}</Relationships>`;
}

function contentTypes(sheets: number, table: boolean): string {
  const override = (part: string, type: string): string =>
    `<Override PartName="/${part}" ContentType="${SPREADSHEET}.${type}+xml"/>`;
  const each = Array.from({ length: sheets }, (_, at) =>
    override(`xl/worksheets/sheet${at + 1}.xml`, 'worksheet'),
  );
  return `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('xl/workbook.xml', 'sheet.main')}${each.join('')}${table ? override('xl/tables/table1.xml', 'table') : ''}</Types>`;
}
