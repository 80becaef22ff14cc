import { columnLetters } from '../../../src/workbook/sheet/cell-reference.ts';
import type { Dice } from './dice.ts';

/** Cells that formulas of a made-up workbook may read without reading themselves. */
export interface Readable {
  /** The sheet with the rows, by its name, and its last row. */
  sheet: string;
  lastRow: number;
  /** All sheets by name, in the order of their tabs. */
  sheets: readonly string[];
  /** Formula cells that stand before this one. */
  earlier: readonly { sheet: string; reference: string }[];
  table: boolean;
  names: readonly string[];
}

/** `'It''s 2'!` */
export const quoted = (sheet: string): string => `'${sheet.replaceAll("'", "''")}'!`;

/** With quotes, without them where it may be, or '' for the formula's own sheet, at times. */
function prefix(dice: Dice, sheet: string, own: string): string {
  if (sheet === own && dice.chance(70)) return '';
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(sheet) && !/^[a-z]{1,3}\d+$/i.test(sheet) && dice.chance(50)
    ? `${sheet}!`
    : quoted(sheet);
}

function cell(dice: Dice, column: string, row: number): string {
  return `${dice.chance(30) ? '$' : ''}${column}${dice.chance(30) ? '$' : ''}${row}`;
}

/** A range of the rows' columns. */
function range(dice: Dice, own: string, { sheet, lastRow, table, names }: Readable): string {
  const at = prefix(dice, sheet, own);
  const column = dice.of(['C', 'C', 'C', 'A', 'D', 'B']);
  const first = 2 + dice.below(lastRow - 1);
  const last = first + dice.below(lastRow - first + 1);
  const kinds = [
    () => `${at}${cell(dice, column, first)}:${cell(dice, column, last)}`,
    () => `${at}${dice.chance(50) ? `$${column}:$${column}` : `${column}:${column}`}`,
    () => `${at}$A$2:$D$${lastRow}`,
    () => `OFFSET(${at}${column}2,0,0,${last - 1},1)`,
    () => `INDIRECT("${quoted(sheet)}${column}2:${column}${last}")`,
    ...(table ? [() => `表1[${dice.of(['状態', '番号', '数'])}]`] : []),
    ...(names.length > 0 ? [() => names[dice.below(names.length)] ?? ''] : []),
  ] as const;
  return (kinds[dice.below(kinds.length)] ?? kinds[0])();
}

/** One cell, of the rows or of a formula that stands before. */
function single(dice: Dice, own: string, readable: Readable): string {
  const { sheet, lastRow, earlier } = readable;
  const other = earlier[dice.below(Math.max(earlier.length, 1))];
  if (other !== undefined && dice.chance(50)) return `${prefix(dice, other.sheet, own)}${other.reference}`;
  return `${prefix(dice, sheet, own)}${cell(dice, dice.of(['C', 'C', 'A', 'D']), 2 + dice.below(lastRow - 1))}`;
}

/** A formula for a cell of the sheet `own`, as its file holds it before escaping. */
export function formulaText(dice: Dice, own: string, readable: Readable): string {
  const one = (): string => single(dice, own, readable);
  const many = (): string => range(dice, own, readable);
  const { sheets } = readable;
  return dice.of([
    () => `LEN(${one()})`,
    () => `${one()}&"x"`,
    () => `IF(${one()}="",0,LEN(${one()}))`,
    () => `COUNTIF(${many()},"*完了*")`,
    () => `COUNTIF(${many()},"*完了*")/COUNTA(${many()})`,
    () => `COUNTA(${many()})+LEN(${one()})`,
    () => `SUMPRODUCT(--(${many()}<>""))`,
    () => `IFERROR(MATCH("*完了*",${many()},0),"none")`,
    () => `SUM(${many()})`,
    () => `IF(ISNUMBER(SEARCH("完了",${one()})),"済","未")`,
    () => `COUNTA(${quoted(`${sheets[0]}:${sheets.at(-1)}`)}C3)`,
    () =>
      `INDEX(${readable.sheet === own ? '' : prefix(dice, readable.sheet, own)}$C$2:$C$${readable.lastRow},${1 + dice.below(readable.lastRow - 1)})&""`,
    () => `"C3"&${one()}`,
  ])();
}

export const referenceOf = (row: number, column: number): string => `${columnLetters(column)}${row}`;
