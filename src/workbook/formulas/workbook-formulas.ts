import { readingPart } from '../failure.ts';
import { relationshipsOf, resolveTarget } from '../relationships.ts';
import { readPivotTables } from '../sheet/pivot-tables.ts';
import type { PivotTable } from '../sheet/pivot-tables.ts';
import { readTable } from '../sheet/tables.ts';
import type { Archive } from '../zip/archive.ts';
import type { Splice } from '../zip/splices.ts';
import { readPivotCache } from './pivot-cache.ts';
import type { PivotCache } from './pivot-cache.ts';
import { scanFormulas } from './formula-scanner.ts';
import { SheetFormulas } from './sheet-formulas.ts';
import { readCalculationPart } from './workbook-part.ts';
import { WorkbookNames } from './workbook-names.ts';
import type { NamedTable } from './workbook-names.ts';

export interface Worksheet {
  name: string;
  part: string;
  formulas: SheetFormulas;
}

/** Everything of a workbook that is calculated. */
export interface WorkbookFormulas {
  /** By place in the workbook; null for what is no worksheet. */
  sheets: readonly (Worksheet | null)[];
  names: WorkbookNames;
  pivotTables: readonly (PivotTable & { sheet: number })[];
  pivotCaches: readonly PivotCache[];
  /** As CalculationPart. */
  fullCalcOnLoad: Splice | null;
}

/** A sheet that was read before, its formulas beside its rows. */
export interface ReadSheet {
  part: string;
  formulas: SheetFormulas;
  hasTables: boolean;
}

/**
 * Reads the formulas of all other worksheets, and what the words of all stand for.
 *
 * @throws {WorkbookError}
 */
export async function readFormulas(
  archive: Archive,
  workbookPart: string,
  read: ReadSheet,
): Promise<WorkbookFormulas> {
  const { sheets, definedNames, fullCalcOnLoad } = await readingPart(archive.name, workbookPart, () =>
    readCalculationPart(archive.chunks(workbookPart)),
  );
  const relationships = await relationshipsOf(archive, workbookPart);
  const parts = sheets.map(({ relationshipId }) => {
    const { type, target } = relationships.get(relationshipId) ?? { type: '', target: '' };
    const part = resolveTarget(workbookPart, target);
    return type === 'worksheet' && archive.has(part) ? part : null;
  });
  const tables: NamedTable[] = [];
  const pivotTables: (PivotTable & { sheet: number })[] = [];
  for (const [sheet, part] of parts.entries()) {
    if (part === null) continue;
    if (part !== read.part || read.hasTables)
      for (const table of await tablesOf(archive, part)) tables.push({ ...table, sheet });
    for (const table of await readPivotTables(archive, part)) pivotTables.push({ ...table, sheet });
  }
  const sheetNames = sheets.map(({ name }) => name);
  const names = new WorkbookNames(sheetNames, tables, definedNames);
  const worksheets: (Worksheet | null)[] = [];
  for (const [sheet, part] of parts.entries()) {
    if (part === null) {
      worksheets.push(null);
      continue;
    }
    const formulas = part === read.part ? read.formulas : new SheetFormulas(sheet, read.formulas.wordings);
    if (part !== read.part)
      await readingPart(archive.name, part, () => scanFormulas(archive.chunks(part), formulas.scanner()));
    worksheets.push({ name: sheetNames[sheet] ?? '', part, formulas });
  }
  return {
    sheets: worksheets,
    names,
    pivotTables,
    pivotCaches: await cachesOf(archive, pivotTables, names),
    fullCalcOnLoad,
  };
}

async function tablesOf(archive: Archive, sheetPart: string): Promise<Omit<NamedTable, 'sheet'>[]> {
  const tables: Omit<NamedTable, 'sheet'>[] = [];
  for (const { type, target } of (await relationshipsOf(archive, sheetPart)).values()) {
    const part = resolveTarget(sheetPart, target);
    const table = type === 'table' && archive.has(part) ? await readTable(archive, part) : null;
    if (table !== null) tables.push(table);
  }
  return tables;
}

async function cachesOf(
  archive: Archive,
  pivotTables: readonly PivotTable[],
  names: WorkbookNames,
): Promise<PivotCache[]> {
  const caches: PivotCache[] = [];
  for (const part of new Set(pivotTables.map(({ cachePart }) => cachePart))) {
    const cache = archive.has(part) ? await readPivotCache(archive, part, names) : null;
    if (cache !== null) caches.push(cache);
  }
  return caches;
}
