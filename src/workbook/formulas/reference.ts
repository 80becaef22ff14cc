import { MAX_COLUMN, MAX_ROW } from '../sheet/cell-reference.ts';
import type { CellRange } from '../sheet/cell-reference.ts';

/** Cells that a formula reads: the same rectangle of one sheet or of several side by side, by their place in the workbook. */
export interface Reference extends CellRange {
  firstSheet: number;
  lastSheet: number;
  /** Bounds without a `$` go with the formula's own cell. */
  firstRowMoves: boolean;
  lastRowMoves: boolean;
  firstColumnMoves: boolean;
  lastColumnMoves: boolean;
}

/** A reference to just these cells, wherever the formula stands. */
export function fixedReference(sheet: number, range: CellRange): Reference {
  return {
    ...range,
    firstSheet: sheet,
    lastSheet: sheet,
    firstRowMoves: false,
    lastRowMoves: false,
    firstColumnMoves: false,
    lastColumnMoves: false,
  };
}

/** Puts into `into` what the reference means for a cell that far from the one it was written in. */
export function moved(reference: Reference, rows: number, columns: number, into: CellRange): CellRange {
  into.firstRow = reference.firstRow + (reference.firstRowMoves ? rows : 0);
  into.lastRow = reference.lastRow + (reference.lastRowMoves ? rows : 0);
  into.firstColumn = reference.firstColumn + (reference.firstColumnMoves ? columns : 0);
  into.lastColumn = reference.lastColumn + (reference.lastColumnMoves ? columns : 0);
  // Across the sheet's edge a reference goes on at the other one: all of it is taken, rather than a part too little.
  if (into.firstRow < 1 || into.lastRow > MAX_ROW || into.firstRow > into.lastRow) {
    into.firstRow = 1;
    into.lastRow = MAX_ROW;
  }
  if (into.firstColumn < 1 || into.lastColumn > MAX_COLUMN || into.firstColumn > into.lastColumn) {
    into.firstColumn = 1;
    into.lastColumn = MAX_COLUMN;
  }
  return into;
}

/** As a defined name means it, which may be used from any cell: bounds that move can be anywhere. */
export function fromAnywhere(reference: Reference): Reference {
  const { firstRowMoves, lastRowMoves, firstColumnMoves, lastColumnMoves } = reference;
  const anyRow = firstRowMoves || lastRowMoves;
  const anyColumn = firstColumnMoves || lastColumnMoves;
  return {
    ...reference,
    ...(anyRow ? { firstRow: 1, lastRow: MAX_ROW, firstRowMoves: false, lastRowMoves: false } : {}),
    ...(anyColumn
      ? { firstColumn: 1, lastColumn: MAX_COLUMN, firstColumnMoves: false, lastColumnMoves: false }
      : {}),
  };
}
