import { join } from 'node:path';

import type { ZipPart } from './zip-file.ts';
import { writeZip } from './zip-file.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const STRICT_MAIN = 'http://purl.oclc.org/ooxml/spreadsheetml/main';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const STRICT_RELATIONSHIPS = 'http://purl.oclc.org/ooxml/officeDocument/relationships';

export interface RawWorkbook {
  /** What stands inside `<sheetData>`; unless `sheetXml` is given. */
  rows?: string;
  /** What stands before and behind `<sheetData>`. */
  before?: string;
  behind?: string;
  sheetXml?: string;
  sharedStrings?: string;
  styles?: string;
  /** Relationships of the sheet: id, type's last word, target. */
  links?: [id: string, type: string, target: string][];
  /** Inside `<workbook>`; unless given: one sheet. */
  workbook?: string;
  /** Relationships of the workbook besides those of the first sheet, strings and styles. */
  workbookLinks?: [id: string, type: string, target: string][];
  strict?: boolean;
  /** Of the sheet's part; UTF-8 unless given. */
  encoding?: Encoding;
  more?: ZipPart[];
}

export const SHEET_PART = 'xl/worksheets/sheet1.xml';

export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';

/** A text with its byte order mark, where the encoding has one. */
export function encoded(text: string, encoding: Encoding): Buffer {
  if (encoding === 'UTF-8') return Buffer.from(text);
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'UTF-16LE' ? bytes : bytes.swap16();
}

/** The parts of a workbook of which a test writes the XML itself. */
export function rawParts(book: RawWorkbook): ZipPart[] {
  const main = book.strict === true ? STRICT_MAIN : MAIN;
  const types = book.strict === true ? STRICT_RELATIONSHIPS : RELATIONSHIPS;
  const rels = (links: readonly [string, string, string][]): string =>
    `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${links
      .map(([id, type, target]) => {
        const mode = type === 'hyperlink' ? ' TargetMode="External"' : '';
        return `<Relationship Id="${id}" Type="${types}/${type}" Target="${target}"${mode}/>`;
      })
      .join('')}</Relationships>`;
  const sheetXml =
    book.sheetXml ??
    `<worksheet xmlns="${main}" xmlns:r="${types}">${book.before ?? ''}<sheetData>${book.rows ?? ''}</sheetData>${book.behind ?? ''}</worksheet>`;
  const workbook = book.workbook ?? '<sheets><sheet name="Sheet 1" sheetId="1" r:id="rId1"/></sheets>';
  const parts: ZipPart[] = [
    { name: '[Content_Types].xml', data: '<Types/>' },
    { name: '_rels/.rels', data: rels([['rId1', 'officeDocument', 'xl/workbook.xml']]) },
    { name: 'xl/workbook.xml', data: `<workbook xmlns="${main}" xmlns:r="${types}">${workbook}</workbook>` },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: rels([
        ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
        ...(book.sharedStrings === undefined
          ? []
          : [['rId8', 'sharedStrings', 'sharedStrings.xml'] as [string, string, string]]),
        ...(book.styles === undefined
          ? []
          : [['rId9', 'styles', '/xl/styles.xml'] as [string, string, string]]),
        ...(book.workbookLinks ?? []),
      ]),
    },
    { name: SHEET_PART, data: encoded(sheetXml, book.encoding ?? 'UTF-8') },
  ];
  if (book.sharedStrings !== undefined) {
    parts.push({ name: 'xl/sharedStrings.xml', data: `<sst xmlns="${main}">${book.sharedStrings}</sst>` });
  }
  if (book.styles !== undefined) {
    parts.push({ name: 'xl/styles.xml', data: `<styleSheet xmlns="${main}">${book.styles}</styleSheet>` });
  }
  if (book.links !== undefined)
    parts.push({ name: 'xl/worksheets/_rels/sheet1.xml.rels', data: rels(book.links) });
  return [...parts, ...(book.more ?? [])];
}

export async function writeRawWorkbook(
  folder: string,
  book: RawWorkbook,
  name = 'raw.xlsx',
): Promise<string> {
  const path = join(folder, name);
  await writeZip(path, rawParts(book));
  return path;
}
