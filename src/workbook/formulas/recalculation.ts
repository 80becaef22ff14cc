import { columnLetters } from '../sheet/cell-reference.ts';
import { WorkbookError } from '../types.ts';
import type { Archive } from '../zip/archive.ts';
import type { Splice } from '../zip/splices.ts';
import { Dependents } from './dependents.ts';
import type { PivotCache } from './pivot-cache.ts';
import { readFormulas } from './workbook-formulas.ts';
import type { ReadSheet, WorkbookFormulas } from './workbook-formulas.ts';

/** Cells of one sheet that are being written, and what of that sheet must stay. */
export interface WrittenCells {
  archive: Archive;
  workbookPart: string;
  sheet: ReadSheet;
  cells: Iterable<{ row: number; column: number }>;
  /** Columns that rows are read from: a formula there keeps its stored value. */
  readColumns: readonly number[];
}

/** What makes every program show right values on opening: splices by part, and what a person should know. */
export interface Recalculation {
  splices: ReadonlyMap<string, Iterable<Splice>>;
  notes: string[];
}

/** Cells named in a note. */
const MAX_NAMED = 5;

/**
 * Finds the formulas that depend on written cells, on all sheets, and drops their stored values: programs show what is
 * stored, and calculate what is not. LibreOffice shows stored values whatever the workbook says, OnlyOffice calculates
 * cells without a value alone (ONLYOFFICE/DocumentServer#3761), Excel needs `fullCalcOnLoad`. Pivot tables over written
 * cells are taken anew on opening. Where the workbook's formulas cannot be read they are left alone, with a note.
 */
export async function recalculation(written: WrittenCells): Promise<Recalculation> {
  const { archive, workbookPart, cells } = written;
  try {
    const formulas = await readFormulas(archive, workbookPart, written.sheet);
    const dependents = new Dependents(formulas);
    const sheet = formulas.sheets.findIndex((each) => each?.part === written.sheet.part);
    for (const { row, column } of cells) dependents.dirty[sheet]?.add(row, column);
    dependents.follow();
    const caches = dirtyCaches(formulas, dependents);
    return outcomeOf(written, formulas, dependents, caches);
  } catch (error) {
    if (!(error instanceof WorkbookError)) throw error;
    return { splices: new Map(), notes: [`formulas keep their stored values: ${error.message}`] };
  }
}

/** The caches over dirty cells. A pivot table's cells change with its cache, and formulas may read them. */
function dirtyCaches({ pivotCaches, pivotTables }: WorkbookFormulas, dependents: Dependents): PivotCache[] {
  const found: PivotCache[] = [];
  for (;;) {
    const next = pivotCaches.find(
      (each) => !found.includes(each) && dependents.readsDirty(each.source, 0, 0),
    );
    if (next === undefined) return found;
    found.push(next);
    for (const { cachePart, sheet, range } of pivotTables)
      if (cachePart === next.part) dependents.dirty[sheet]?.addRange(range);
    dependents.follow();
  }
}

function outcomeOf(
  { workbookPart, sheet: { part: sheetPart }, readColumns }: WrittenCells,
  { sheets, fullCalcOnLoad }: WorkbookFormulas,
  dependents: Dependents,
  caches: readonly PivotCache[],
): Recalculation {
  const splices = new Map<string, Iterable<Splice>>();
  const calculated: string[] = [];
  const kept: string[] = [];
  let count = 0;
  for (const [place, sheet] of sheets.entries()) {
    const marks = dependents.marks[place];
    if (sheet === null || marks?.includes(1) !== true) continue;
    const { list } = sheet.formulas;
    const stays = (at: number): boolean => sheet.part === sheetPart && readColumns.includes(list.column(at));
    const drops = (at: number): boolean => marks[at] === 1 && !stays(at);
    let values = false;
    for (let at = 0; at < list.length; at++) {
      if (drops(at)) {
        count++;
        values ||= list.hasValue(at);
      } else if (marks[at] === 1) {
        kept.push(`${columnLetters(list.column(at))}${list.row(at)}`);
      }
    }
    if (values) splices.set(sheet.part, list.droppedValues(drops));
    calculated.push(sheet.name);
  }
  if (fullCalcOnLoad !== null && calculated.length > 0) splices.set(workbookPart, [fullCalcOnLoad]);
  for (const { part, refreshOnLoad } of caches)
    if (refreshOnLoad !== null) splices.set(part, [refreshOnLoad]);
  const notes: string[] = [];
  if (count > 0)
    notes.push(`calculated on opening: ${count} cells that depend on results (${shortList(calculated)})`);
  if (kept.length > 0)
    notes.push(`depends on results, but rows are read from it: ${shortList(kept)} keeps its stored value`);
  if (caches.length > 0) notes.push(`refreshed on opening: the data of ${caches.length} pivot tables`);
  return { splices, notes };
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}
