import type { ColumnRoles } from './columns.ts';
import type { ScannedRow, Spans } from './scanned-row.ts';

/** Where a cell to be written is, or would be. Positions are byte offsets in the unzipped part. */
export interface CellPlace {
  column: number;
  present: boolean;
  /** Of the cell's first byte, or where it would go. */
  offset: number;
  /** In bytes; 0 for a cell that is not there. */
  length: number;
  hasReference: boolean;
  /** The cell's own style, or the row's where the cell is not there; -1 for none. */
  style: number;
}

/** Where a row's cells of ours are. */
export interface RowPlace {
  row: number;
  /** Null where no new cell can make the row's `spans` wrong. */
  spans: Spans | null;
  result: CellPlace;
  /** Null without a status column. */
  status: CellPlace | null;
}

/** Takes what outlives the scanner's step to the next row. */
export function rowPlace(row: ScannedRow, roles: ColumnRoles): RowPlace {
  const result = cellPlace(row, roles.resultAt, roles.result);
  const status = roles.status === null ? null : cellPlace(row, roles.statusAt, roles.status);
  const stay = spansHold(row.spans, result) && (status === null || spansHold(row.spans, status));
  return { row: row.number, spans: stay ? null : { ...row.spans }, result, status };
}

/** Whether the cell, there or new, leaves the spans as they are. */
function spansHold({ length, first, last, gaps }: Spans, { present, column }: CellPlace): boolean {
  return present || length === 0 || (!gaps && column >= first && column <= last);
}

function cellPlace(row: ScannedRow, at: number, column: number): CellPlace {
  const cell = row.cells[at];
  if (cell === undefined) throw new RangeError(`column ${column} was not scanned`);
  const { present, start, end, insertAt, hasReference, style } = cell;
  return present
    ? { column, present, offset: start, length: end - start, hasReference, style }
    : { column, present, offset: insertAt, length: 0, hasReference, style: row.style };
}
