import { encodeCellText } from '../xml/xml-text.ts';
import { columnLetters, formatRange, parseRange } from './cell-reference.ts';
import type { ScannedCell, ScannedRow } from './scanned-row.ts';
import type { SheetFacts } from './sheet-scanner.ts';
import type { Splice } from './splices.ts';

/** What a cell of Excel holds at most, in characters. */
export const MAX_CELL_LENGTH = 32_767;

/** Where a row's result cell is, or would be; positions as in ScannedCell and ScannedRow. */
export interface ResultPlace {
  row: number;
  present: boolean;
  start: number;
  end: number;
  insertAt: number;
  hasReference: boolean;
  /** The cell's own style, or the row's where the cell is not there; -1 for none. */
  style: number;
  /** What a new cell makes of the row's `spans`; null when they hold its column already. */
  spans: Splice | null;
}

export function resultPlace(row: ScannedRow, cell: ScannedCell, column: number): ResultPlace {
  const { present, start, end, insertAt, hasReference } = cell;
  return {
    row: row.number,
    present,
    start,
    end,
    insertAt,
    hasReference,
    style: present ? cell.style : row.style,
    spans: present ? null : widenSpans(row, column),
  };
}

/**
 * The splices that make a cell hold a text, as an inline string (ECMA-376 part 1, 18.3.1.53). Its style is kept; a new
 * cell takes the row's, else the column's, as one typed in Excel does. By ascending offset.
 */
export function writeCell(place: ResultPlace, column: number, facts: SheetFacts, text: string): Splice[] {
  const { present, hasReference } = place;
  const style = place.style >= 0 || present ? place.style : columnStyle(facts, column);
  const reference = present && !hasReference ? '' : ` r="${columnLetters(column)}${place.row}"`;
  const head = `<${facts.prefix}c${reference}${style >= 0 ? ` s="${style}"` : ''}`;
  const insert = text === '' ? `${head}/>` : `${head} ${inlineString(text, facts.prefix)}`;
  if (present) return [{ offset: place.start, remove: place.end - place.start, insert }];
  const cell = { offset: place.insertAt, remove: 0, insert };
  return place.spans === null ? [cell] : [place.spans, cell];
}

/** The splice that makes the sheet's dimension hold cells of a column that were not there before; null if it does. */
export function widenDimension(facts: SheetFacts, column: number, newRows: readonly number[]): Splice | null {
  const { dimension } = facts;
  const range = dimension === null ? null : parseRange(dimension.ref);
  if (dimension === null || range === null || newRows.length === 0) return null;
  const wider = { ...range };
  wider.firstColumn = Math.min(wider.firstColumn, column);
  wider.lastColumn = Math.max(wider.lastColumn, column);
  for (const row of newRows) {
    wider.firstRow = Math.min(wider.firstRow, row);
    wider.lastRow = Math.max(wider.lastRow, row);
  }
  const unchanged =
    wider.firstColumn === range.firstColumn &&
    wider.lastColumn === range.lastColumn &&
    wider.firstRow === range.firstRow &&
    wider.lastRow === range.lastRow;
  return unchanged
    ? null
    : { offset: dimension.offset, remove: Buffer.byteLength(dimension.ref), insert: formatRange(wider) };
}

function inlineString(text: string, prefix: string): string {
  const value = `<${prefix}t xml:space="preserve">${encodeCellText(text)}</${prefix}t>`;
  return `t="inlineStr"><${prefix}is>${value}</${prefix}is></${prefix}c>`;
}

function columnStyle(facts: SheetFacts, column: number): number {
  return facts.columnStyles.find(({ first, last }) => column >= first && column <= last)?.style ?? -1;
}

/** `1:2` becomes `1:3` for column 3. */
function widenSpans({ spans }: ScannedRow, column: number): Splice | null {
  const { start, length, first, last, gaps } = spans;
  if (length === 0 || (!gaps && column >= first && column <= last)) return null;
  return { offset: start, remove: length, insert: `${Math.min(first, column)}:${Math.max(last, column)}` };
}
