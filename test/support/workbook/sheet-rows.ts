import type { RawWorkbook } from './raw-workbook.ts';

/** A row as a test means it; `note` stands in D and tells rows apart whose content is the same. */
export interface SheetRow {
  note: string;
  /** Null: no cell. A formula has no stored result. */
  input: string | { formula: string } | null;
  link: string | null;
  email: string | null;
  result: string | { formula: string } | { inline: string } | null;
  /** How texts of this row are stored. */
  stored: 'str' | 'inlineStr' | 's';
}

/** The XML of such rows, the first of them in row 2. */
export function sheetOf(rows: readonly SheetRow[]): RawWorkbook {
  const strings: string[] = [];
  const xml = rows.map((row, index) => {
    const number = index + 2;
    const text = (column: string, value: string): string => {
      const reference = `r="${column}${number}"`;
      if (/^\d+$/.test(value)) return `<c ${reference}><v>${value}</v></c>`;
      if (row.stored === 'str') return `<c ${reference} t="str"><v>${value}</v></c>`;
      if (row.stored === 'inlineStr') return `<c ${reference} t="inlineStr"><is><t>${value}</t></is></c>`;
      return `<c ${reference} t="s"><v>${strings.push(value) - 1}</v></c>`;
    };
    const cell = (column: string, value: SheetRow['result']): string => {
      if (value === null) return '';
      if (typeof value === 'string') return text(column, value);
      if ('formula' in value) return `<c r="${column}${number}"><f>${value.formula}</f></c>`;
      return `<c r="${column}${number}" t="inlineStr"><is><t xml:space="preserve">${value.inline}</t></is></c>`;
    };
    const cells = cell('A', row.input) + cell('B', row.email) + cell('C', row.result);
    return `<row r="${number}">${cells}<c r="D${number}" t="str"><v>${row.note}</v></c></row>`;
  });
  const links = rows.map(({ link }, index) =>
    link === null ? '' : `<hyperlink ref="A${index + 2}" location="${link}"/>`,
  );
  return {
    rows: `<row r="1"><c r="A1" t="str"><v>番号</v></c></row>${xml.join('')}`,
    behind: `<hyperlinks>${links.join('')}</hyperlinks>`,
    sharedStrings: strings.map((value) => `<si><t>${value}</t></si>`).join(''),
  };
}

export function sheetRow(note: string, input: SheetRow['input'], more: Partial<SheetRow> = {}): SheetRow {
  return { note, input, link: null, email: null, result: null, stored: 'str', ...more };
}
