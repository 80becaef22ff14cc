import { encodeCellText } from '../../xml/xml-text.ts';
import { columnLetters, formatRange, parseRange } from './cell-reference.ts';
import type { CellRange } from './cell-reference.ts';
import type { CellPlace, RowPlace } from './row-place.ts';
import type { Spans } from './scanned-row.ts';
import type { SheetFacts } from './sheet-scanner.ts';
import type { Splice } from '../zip/splices.ts';

/** The texts of one row's cells of ours; null: the cell stays as it is. */
export interface RowWrite {
  place: RowPlace;
  result: string | null;
  status: string | null;
}

/**
 * The splices that make a row's cells hold their texts, as inline strings (ECMA-376 part 1, 18.3.1.53). Each keeps its
 * style; a new cell takes the row's, else the column's, as one typed in Excel does. By ascending offset.
 */
export function rowSplices(write: RowWrite, facts: SheetFacts): Splice[] {
  const { row, spans } = write.place;
  const cells = cellWrites(write);
  const splices = cells.map(([cell, text]) => cellSplice(row, cell, text, facts));
  const wider = spans === null ? null : widenSpans(spans, newColumns(cells));
  return wider === null ? splices : [wider, ...splices];
}

/** The splice that makes the sheet's dimension hold cells that were not there before; null if it does. */
export function widenDimension(facts: SheetFacts, writes: readonly RowWrite[]): Splice | null {
  const { dimension } = facts;
  const range = dimension === null ? null : parseRange(dimension.ref);
  if (dimension === null || range === null) return null;
  const wider: CellRange = { ...range };
  for (const write of writes) {
    for (const column of newColumns(cellWrites(write))) {
      wider.firstColumn = Math.min(wider.firstColumn, column);
      wider.lastColumn = Math.max(wider.lastColumn, column);
      wider.firstRow = Math.min(wider.firstRow, write.place.row);
      wider.lastRow = Math.max(wider.lastRow, write.place.row);
    }
  }
  const unchanged = formatRange(wider) === formatRange(range);
  return unchanged
    ? null
    : { offset: dimension.offset, remove: Buffer.byteLength(dimension.ref), insert: formatRange(wider) };
}

/** By ascending column, and so by ascending place in the row. */
function cellWrites({ place, result, status }: RowWrite): [CellPlace, string][] {
  const writes: [CellPlace, string][] = [];
  if (result !== null) writes.push([place.result, result]);
  if (status !== null && place.status !== null) writes.push([place.status, status]);
  return writes.sort(([a], [b]) => a.column - b.column);
}

function newColumns(cells: readonly [CellPlace, string][]): number[] {
  return cells.filter(([{ present }]) => !present).map(([{ column }]) => column);
}

function cellSplice(row: number, cell: CellPlace, text: string, facts: SheetFacts): Splice {
  const { present, column, hasReference, offset, length } = cell;
  const style = cell.style >= 0 || present ? cell.style : columnStyle(facts, column);
  const reference = present && !hasReference ? '' : ` r="${columnLetters(column)}${row}"`;
  const head = `<${facts.prefix}c${reference}${style >= 0 ? ` s="${style}"` : ''}`;
  const insert = text === '' ? `${head}/>` : `${head} ${inlineString(text, facts.prefix)}`;
  return { offset, remove: length, insert };
}

function inlineString(text: string, prefix: string): string {
  const value = `<${prefix}t xml:space="preserve">${encodeCellText(text)}</${prefix}t>`;
  return `t="inlineStr"><${prefix}is>${value}</${prefix}is></${prefix}c>`;
}

function columnStyle(facts: SheetFacts, column: number): number {
  return facts.columnStyles.find(({ first, last }) => column >= first && column <= last)?.style ?? -1;
}

/** `1:2` becomes `1:3` for column 3; null when the spans hold all the columns. */
function widenSpans({ start, length, first, last, gaps }: Spans, columns: readonly number[]): Splice | null {
  const [from, to] = [Math.min(first, ...columns), Math.max(last, ...columns)];
  if (columns.length === 0 || (!gaps && from === first && to === last)) return null;
  return { offset: start, remove: length, insert: `${from}:${to}` };
}
