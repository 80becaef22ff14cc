import { readingPart } from '../failure.ts';
import { relationshipsOf, resolveTarget } from '../relationships.ts';
import { attributes, forEachElement } from '../../xml/elements.ts';
import type { Archive } from '../zip/archive.ts';
import { parseRange } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import type { FixedCells } from './write-obstacles.ts';

/** A pivot table of the sheet: it fills its cells with what its cache says, whatever is written there. */
export interface PivotTable {
  cachePart: string;
  range: CellRange;
  fixed: FixedCells;
}

/**
 * The pivot tables on a sheet (ECMA-376 part 1, 18.10.1.73).
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`
 */
export async function readPivotTables(archive: Archive, sheetPart: string): Promise<PivotTable[]> {
  const tables: PivotTable[] = [];
  // A sheet's relationships are one a link: most workbooks have no pivot table to be looked for.
  if (!archive.entries.some(({ filename }) => /pivottable/i.test(filename))) return tables;
  for (const { type, target } of (await relationshipsOf(archive, sheetPart)).values()) {
    const part = resolveTarget(sheetPart, target);
    if (type !== 'pivotTable' || !archive.has(part)) continue;
    const cache = [...(await relationshipsOf(archive, part)).values()].find(
      (each) => each.type === 'pivotCacheDefinition',
    );
    const cachePart = cache === undefined ? '' : resolveTarget(part, cache.target);
    let name = '';
    await readingPart(archive.name, part, () =>
      forEachElement(archive.chunks(part), (element, parent, xml) => {
        if (parent === '') name = attributes(xml)['name'] ?? '';
        if (parent !== 'pivotTableDefinition' || element !== 'location') return;
        const range = parseRange(attributes(xml)['ref'] ?? '');
        const what = `a cell of the pivot table ${name}`;
        if (range !== null) tables.push({ cachePart, range, fixed: { what, ranges: [range] } });
      }),
    );
  }
  return tables;
}
