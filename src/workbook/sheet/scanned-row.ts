/** How a cell's value is to be read: its `t` attribute (ECMA-376 part 1, 18.18.11 ST_CellType). */
export type CellType = 'n' | 's' | 'str' | 'inlineStr' | 'b' | 'e' | 'd';

/** A cell as it stands in the XML. Positions are byte offsets in the unzipped part. */
export interface ScannedCell {
  present: boolean;
  /** From `<c` to behind `</c>`. */
  start: number;
  end: number;
  /** Where the cell would go if it is not there: before the first cell of a later column, or at the row's end. */
  insertAt: number;
  hasReference: boolean;
  type: CellType;
  /** Index into the cell formats; -1 when the cell names none. */
  style: number;
  /** Index into the shared strings; -1 for any other type. */
  sharedString: number;
  /** The stored value or inline text, decoded; '' for a shared string. */
  value: string;
  isFormula: boolean;
  formula: string;
  /** The group of a shared formula; -1 outside one. */
  formulaGroup: number;
}

/** The `spans` attribute: which columns hold cells, as a hint for readers (ECMA-376 part 1, 18.3.1.73). */
export interface Spans {
  /** Where its value stands, and how long it is; 0 without the attribute. */
  start: number;
  length: number;
  /** Columns of its first and its last span. */
  first: number;
  last: number;
  /** Whether it has several spans with columns between them left out. */
  gaps: boolean;
}

/** A row as it stands in the XML; valid only until the scanner goes on to the next. */
export interface ScannedRow {
  number: number;
  /** Index into the cell formats for cells that are not there yet; -1 when the row has none of its own. */
  style: number;
  spans: Spans;
  /** One a column that was asked for, in that order. */
  cells: readonly ScannedCell[];
}

export function emptySpans(): Spans {
  return { start: -1, length: 0, first: 0, last: 0, gaps: false };
}

export function emptyCell(): ScannedCell {
  return {
    present: false,
    start: -1,
    end: -1,
    insertAt: -1,
    hasReference: false,
    type: 'n',
    style: -1,
    sharedString: -1,
    value: '',
    isFormula: false,
    formula: '',
    formulaGroup: -1,
  };
}

/** Makes a cell as good as new, so that a scan of a million rows allocates none. */
export function resetCell(cell: ScannedCell): void {
  cell.present = false;
  cell.start = -1;
  cell.end = -1;
  cell.insertAt = -1;
  clearCellContent(cell);
}

export function clearCellContent(cell: ScannedCell): void {
  cell.hasReference = false;
  cell.type = 'n';
  cell.style = -1;
  cell.sharedString = -1;
  cell.value = '';
  cell.isFormula = false;
  cell.formula = '';
  cell.formulaGroup = -1;
}
