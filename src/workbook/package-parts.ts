import { errorMessage } from '../errors.ts';
import { damaged, noSheet, notAWorkbook, readingPart } from './failure.ts';
import { protectionOf } from './protection.ts';
import type { Protection } from './protection.ts';
import { readRelationships, relationshipsOf, resolveTarget } from './relationships.ts';
import type { Relationship } from './relationships.ts';
import { attributes, forEachElement } from '../xml/elements.ts';
import type { Archive } from './zip/archive.ts';

/** The parts that reading the active sheet takes. */
export interface WorkbookParts {
  workbookPart: string;
  /** The active sheet's name and part. */
  sheet: string;
  sheetPart: string;
  /** Its place in the workbook's list, from 0. */
  sheetAt: number;
  isHidden: boolean;
  sharedStringsPart: string | null;
  stylesPart: string | null;
  date1904: boolean;
  protection: Protection | null;
}

interface SheetEntry {
  name: string;
  hidden: boolean;
  relationshipId: string;
}

/** Any other state, also one that only old libraries write, is visible. */
const HIDDEN: ReadonlySet<string> = new Set(['hidden', 'veryHidden']);

/** What else can stand behind a tab, by the last word of its relationship's type ([MS-OFFMACRO] 2.2.1.2 too). */
const OTHER_SHEETS: Readonly<Record<string, string>> = {
  chartsheet: 'a chart sheet',
  dialogsheet: 'a dialog sheet',
  xlMacrosheet: 'a macro sheet',
  xlIntlMacrosheet: 'a macro sheet',
};

/**
 * Finds the sheet that is meant: the one the workbook's own view names, even if it is hidden, since Excel shows it all
 * the same (docs/workbooks.md); where that is not there, the first worksheet that is not hidden.
 *
 * @throws {WorkbookError} `WORKBOOK_NOT_A_WORKBOOK`, `WORKBOOK_NO_SHEET`, `WORKBOOK_DAMAGED`
 */
export async function findParts(archive: Archive): Promise<WorkbookParts> {
  const { name } = archive;
  const ofPackage = await packageRelationships(archive);
  const workbookPart = findWorkbookPart(archive, ofPackage);
  const relationships = await relationshipsOf(archive, workbookPart);
  const { sheets, activeTab, date1904 } = await readWorkbookPart(archive, workbookPart);
  const typeOf = (sheet: SheetEntry): string => relationships.get(sheet.relationshipId)?.type ?? '';

  const sheet = sheets[activeTab] ?? sheets.find((each) => !each.hidden && typeOf(each) === 'worksheet');
  if (sheet === undefined) throw noSheet(name, 'no worksheet in it is visible');
  const shown = JSON.stringify(sheet.name);
  const relationship = relationships.get(sheet.relationshipId);
  if (relationship === undefined) throw noSheet(name, `the sheet ${shown} is listed but not there`);
  const other = OTHER_SHEETS[relationship.type];
  if (other !== undefined) {
    throw noSheet(
      name,
      `the active sheet ${shown} is ${other}: open the sheet with the rows and save the workbook`,
    );
  }
  const sheetPart = resolveTarget(workbookPart, relationship.target);
  if (!archive.has(sheetPart)) throw noSheet(name, `the sheet ${shown} is listed but not there`);

  const partOfType = (type: string): string | null => {
    const found = [...relationships.values()].find((each) => each.type === type);
    const part = found === undefined ? null : resolveTarget(workbookPart, found.target);
    return part !== null && archive.has(part) ? part : null;
  };
  return {
    workbookPart,
    sheet: sheet.name,
    sheetPart,
    sheetAt: sheets.indexOf(sheet),
    isHidden: sheet.hidden,
    sharedStringsPart: partOfType('sharedStrings'),
    stylesPart: partOfType('styles'),
    date1904,
    protection: await protectionOf(archive, ofPackage),
  };
}

async function packageRelationships(archive: Archive): Promise<Map<string, Relationship>> {
  const { name } = archive;
  if (archive.has('content.xml') && archive.has('mimetype')) {
    throw notAWorkbook(name, 'is an OpenDocument file: save it as .xlsx');
  }
  if (!archive.has('_rels/.rels')) throw notAWorkbook(name, 'is a zip file, but no workbook');
  return readRelationships(archive, '_rels/.rels');
}

function findWorkbookPart(archive: Archive, relationships: ReadonlyMap<string, Relationship>): string {
  const { name } = archive;
  const main = [...relationships.values()].find((each: Relationship) => each.type === 'officeDocument');
  if (main === undefined) throw notAWorkbook(name, 'is a zip file, but no workbook');
  const part = resolveTarget('', main.target);
  if (part.endsWith('.bin')) throw notAWorkbook(name, 'is a binary workbook (.xlsb): save it as .xlsx');
  if (/^(?:word|ppt)\//.test(part)) throw notAWorkbook(name, 'is an Office document, but no workbook');
  if (!archive.has(part)) throw damaged(name, `the part ${part} is missing`);
  return part;
}

async function readWorkbookPart(
  archive: Archive,
  part: string,
): Promise<{ sheets: SheetEntry[]; activeTab: number; date1904: boolean }> {
  const sheets: SheetEntry[] = [];
  let activeTab: number | null = null;
  let date1904 = false;
  let root = '';
  await readingPart(archive.name, part, () =>
    forEachElement(archive.chunks(part), (name, parent, xml) => {
      if (parent === '') root = name;
      if (parent === 'sheets' && name === 'sheet') {
        const { name: sheetName = '', state = '', id = '' } = attributes(xml);
        sheets.push({ name: sheetName, hidden: HIDDEN.has(state), relationshipId: id });
      } else if (parent === 'bookViews' && name === 'workbookView') {
        activeTab ??= Number(attributes(xml)['activeTab'] ?? 0);
      } else if (parent === 'workbook' && name === 'workbookPr') {
        date1904 = ['1', 'true', 'on'].includes(attributes(xml)['date1904'] ?? '');
      }
    }),
  );
  if (root !== 'workbook') {
    throw notAWorkbook(
      archive.name,
      `is no workbook: its main part is ${errorMessage(JSON.stringify(root), 40)}`,
    );
  }
  if (sheets.length === 0) throw noSheet(archive.name, 'the workbook lists none');
  return { sheets, activeTab: activeTab ?? 0, date1904 };
}
