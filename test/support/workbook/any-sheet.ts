import type { WorkbookColumns } from '../../../src/workbook/types.ts';
import { columnLetters, columnNumber } from '../../../src/workbook/sheet/cell-reference.ts';
import type { Encoding, RawWorkbook } from './raw-workbook.ts';

/** A cell as some program has stored it. `formula` has no stored result, `link` is a `HYPERLINK()` with one. */
export interface AnyCell {
  kind:
    | 'str'
    | 'inlineStr'
    | 's'
    | 'rich'
    | 'cdata'
    | 'n'
    | 'e'
    | 'b'
    | 'formula'
    | 'calculated'
    | 'link'
    | 'empty';
  text: string;
  style: number | null;
}

export interface AnyRow {
  /** Tells rows apart whose content is the same; null in a row that may hold nothing at all. */
  note: string | null;
  input: AnyCell | null;
  email: AnyCell | null;
  result: AnyCell | null;
  status: AnyCell | null;
  /** Over the input cell, there or not: a relationship or a place in the workbook. */
  link: { target: string; external: boolean } | null;
  style: number | null;
  hidden: boolean;
}

/** Texts that a patch is to have written into a row. */
export interface Written {
  result?: string;
  status?: string;
}

/** How a program writes sheets. */
export interface Layout {
  columns: WorkbookColumns;
  note: string;
  rowReferences: boolean;
  /** Without: cells stand one behind the other, empty ones between them. */
  cellReferences: boolean;
  spans: boolean;
  dimension: boolean;
  columnStyle: number | null;
  /** Of the elements, e.g. `x:`. */
  prefix: string;
  /** Of the sheet's part, declared as `UTF-16` or not at all. */
  encoding: Encoding;
}

interface Place {
  row: number;
  column: number;
}

/** The workbook that holds `rows` from row 2 on; with `written`, by the same places, as it is once patched. */
export function anyWorkbook(
  layout: Layout,
  header: AnyRow,
  rows: readonly AnyRow[],
  written: readonly Written[] = [],
): RawWorkbook {
  const strings: string[] = [];
  const all = [header, ...rows].map((row, index) =>
    rowXml(layout, row, index + 1, written[index - 1] ?? {}, strings),
  );
  const places = all.flatMap((row) => row.places);
  const links = rows.flatMap(({ link }, index) => (link === null ? [] : [{ ...link, row: index + 2 }]));
  const cols =
    layout.columnStyle === null
      ? ''
      : `<cols><col min="1" max="16384" style="${layout.columnStyle}"/></cols>`;
  const hyperlinks = links.map(({ row, target, external }) => {
    const value = external ? `r:id="rId${row}"` : `location="${escaped(target)}"`;
    return `<hyperlink ref="${layout.columns.input}${row}" ${value}/>`;
  });
  const xml = `<worksheet xmlns:r="r">${layout.dimension ? `<dimension ref="${dimensionOf(places)}"/>` : ''}${cols}<sheetData>${all
    .map((row) => row.xml)
    .join('')}</sheetData><hyperlinks>${hyperlinks.join('')}</hyperlinks></worksheet>`;
  const declaration = layout.encoding === 'UTF-8' ? '' : '<?xml version="1.0" encoding="UTF-16"?>';
  return {
    sheetXml: declaration + xml.replaceAll(/<(\/?)(?=[a-z])/gi, `<$1${layout.prefix}`),
    encoding: layout.encoding,
    sharedStrings: strings.join(''),
    links: links
      .filter(({ external }) => external)
      .map(({ row, target }) => [`rId${row}`, 'hyperlink', escaped(target)]),
  };
}

function rowXml(
  layout: Layout,
  row: AnyRow,
  number: number,
  written: Written,
  strings: string[],
): { xml: string; places: Place[] } {
  const { columns, note } = layout;
  const cells = new Map<number, AnyCell>();
  const put = (column: string | null, cell: AnyCell | null): void => {
    if (column !== null && cell !== null) cells.set(columnNumber(column), cell);
  };
  put(columns.input, row.input);
  put(columns.email, row.email);
  put(columns.result, row.result);
  put(columns.status, row.status);
  if (row.note !== null) put(note, { kind: 'str', text: row.note, style: null });
  if (!layout.cellReferences) {
    for (let column = 1; column < Math.max(...cells.keys()); column++)
      if (!cells.has(column)) cells.set(column, { kind: 'empty', text: '', style: null });
  }

  const xml = new Map<number, string>();
  for (const [column, cell] of cells) {
    const reference = layout.cellReferences ? ` r="${columnLetters(column)}${number}"` : '';
    xml.set(column, cellXml(cell, reference, strings));
  }
  const write = (column: string | null, text: string | undefined): void => {
    if (column === null || text === undefined) return;
    const at = columnNumber(column);
    const cell = cells.get(at);
    const style = cell === undefined ? (row.style ?? layout.columnStyle) : cell.style;
    const reference = cell !== undefined && !layout.cellReferences ? '' : ` r="${column}${number}"`;
    const value = `<is><t xml:space="preserve">${escaped(text)}</t></is>`;
    xml.set(at, `<c${reference}${styled(style)} t="inlineStr">${value}</c>`);
  };
  write(columns.result, written.result);
  write(columns.status, written.status);
  if (xml.size === 0 && layout.rowReferences) return { xml: '', places: [] };
  const sorted = [...xml].sort(([a], [b]) => a - b);
  const taken = sorted.map(([column]) => column);
  const attributes = [
    layout.rowReferences ? ` r="${number}"` : '',
    layout.spans && taken.length > 0 ? ` spans="${taken[0]}:${taken.at(-1)}"` : '',
    row.style === null ? '' : ` s="${row.style}" customFormat="1"`,
    row.hidden ? ' hidden="1"' : '',
  ].join('');
  return {
    xml: `<row${attributes}>${sorted.map(([, cell]) => cell).join('')}</row>`,
    places: taken.map((column) => ({ row: number, column })),
  };
}

function cellXml({ kind, text, style }: AnyCell, reference: string, strings: string[]): string {
  const value = escaped(text);
  const cell = (type: string, content: string): string =>
    `<c${reference}${styled(style)}${type}>${content}</c>`;
  const shared = (item: string): string => cell(' t="s"', `<v>${strings.push(item) - 1}</v>`);
  switch (kind) {
    case 'str':
      return cell(' t="str"', `<v>${value}</v>`);
    case 'inlineStr':
      return cell(' t="inlineStr"', `<is><t>${value}</t><rPh sb="0" eb="1"><t>フリガナ</t></rPh></is>`);
    case 's':
      return shared(`<si><t xml:space="preserve">${value}</t></si>`);
    case 'rich':
      return shared(
        `<si><r><t>${value}</t></r><rPh sb="0" eb="1"><t>フリガナ</t></rPh><r><rPr/><t/></r></si>`,
      );
    case 'cdata':
      return cell(' t="str"', `<v><![CDATA[${text}]]></v>`);
    case 'n':
      return cell('', `<v>${value}</v>`);
    case 'e':
      return cell(' t="e"', '<v>#N/A</v>');
    case 'b':
      return cell(' t="b"', '<v>1</v>');
    case 'formula':
      return cell('', '<f>Z1</f><v/>');
    case 'calculated':
      return cell(' t="str"', `<f>Z1</f><v>${value}</v>`);
    case 'link':
      return cell(' t="str"', `<f>HYPERLINK("https://example.jp/f",Z1)</f><v>${value}</v>`);
    case 'empty':
      return `<c${reference}${styled(style)}/>`;
    default:
      return kind satisfies never;
  }
}

function styled(style: number | null): string {
  return style === null ? '' : ` s="${style}"`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\0', '_x0000_');
}

function dimensionOf(places: readonly Place[]): string {
  if (places.length === 0) return 'A1';
  const [rows, columns] = [places.map(({ row }) => row), places.map(({ column }) => column)];
  const first = `${columnLetters(Math.min(...columns))}${Math.min(...rows)}`;
  const last = `${columnLetters(Math.max(...columns))}${Math.max(...rows)}`;
  return first === last ? first : `${first}:${last}`;
}
