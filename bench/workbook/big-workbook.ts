import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import { BIG_SHEET, LAST_ROW, linkRelationships, SharedStrings, sheetXml } from './big-sheet.ts';
import { addDependents, ownDependent } from './dependents.ts';
import { addParts } from './more-parts.ts';
import { readPackage, writePackage } from './package-file.ts';
import type { PartContent } from './package-file.ts';
import { TextParts } from './text-parts.ts';

export const FIXTURES = join(packageRoot, 'test/fixtures/workbooks');

const SHARED_STRINGS = 'xl/sharedStrings.xml';
const RELATIONSHIPS = 'xl/worksheets/_rels/sheet2.xml.rels';

/**
 * Writes a workbook of 100,000 rows, half of them hyperlinks: `rich.xlsm` of the tests with other rows, links and
 * strings. It keeps that one's chart, image, comment, data validation, conditional formatting, sparklines, protection,
 * second sheet and macro part, and is given what else there is in workbooks that Excel saves: 28 parts in all.
 *
 * @param options.dependents with 100,000 formulas that depend on results, on three sheets
 */
export async function writeBigWorkbook(path: string, { dependents = false } = {}): Promise<void> {
  const parts = new TextParts(await readPackage(join(FIXTURES, 'rich.xlsm')));
  addParts(parts);
  parts.edit('xl/workbook.xml', (xml) => xml.replaceAll('$31<', `$${LAST_ROW}<`));
  const strings = new SharedStrings(parts.text(SHARED_STRINGS));
  const streamed = new Map<string, PartContent>([
    ...(dependents ? addDependents(parts) : []),
    [BIG_SHEET, sheetXml(parts.text(BIG_SHEET), strings, dependents ? ownDependent : () => '')],
    [RELATIONSHIPS, linkRelationships(parts.text(RELATIONSHIPS))],
    // Behind the sheet, while whose rows are made they are gathered.
    [SHARED_STRINGS, strings.xml()],
  ]);
  const kept = [...parts.all].filter(([name]) => !streamed.has(name));
  await writePackage(path, [...kept, ...streamed]);
}
