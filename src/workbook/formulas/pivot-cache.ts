import { readingPart } from '../failure.ts';
import { attributes, forEachElement } from '../../xml/elements.ts';
import type { Archive } from '../zip/archive.ts';
import type { Splice } from '../zip/splices.ts';
import { parseFormula } from './parse-formula.ts';
import type { FormulaReads } from './formula-reads.ts';
import { attributeSetTo1 } from './workbook-part.ts';
import type { WorkbookNames } from './workbook-names.ts';

/** The data that pivot tables show: a copy of cells, taken anew when somebody asks for it. */
export interface PivotCache {
  part: string;
  source: FormulaReads;
  /** Makes spreadsheet programs take it anew on opening (ECMA-376 part 1, 18.10.1.67); null: they do already. */
  refreshOnLoad: Splice | null;
}

/**
 * A cache of cells of this workbook; null for one of anything else.
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`
 */
export async function readPivotCache(
  archive: Archive,
  part: string,
  names: WorkbookNames,
): Promise<PivotCache | null> {
  let refreshOnLoad: Splice | null = null;
  let formula: string | null = null;
  await readingPart(archive.name, part, () =>
    forEachElement(archive.chunks(part), (element, parent, xml) => {
      if (parent === '') refreshOnLoad = attributeSetTo1(xml, 'refreshOnLoad');
      else if (parent === 'cacheSource' && element === 'worksheetSource') {
        const { ref, sheet, name, id } = attributes(xml);
        // With an id it is another workbook's.
        if (id === undefined) formula = name ?? `${sheet === undefined ? '' : quoted(sheet)}${ref ?? ''}`;
      }
    }),
  );
  if (formula === null) return null;
  return { part, refreshOnLoad, source: parseFormula(formula, { sheet: 0, row: 1, column: 1 }, names) };
}

function quoted(sheet: string): string {
  return `'${sheet.replaceAll("'", "''")}'!`;
}
