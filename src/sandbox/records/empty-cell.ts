import type { Dice } from '../dice.ts';

const EMPTY_CELLS: readonly [string, ...string[]] = ['', '', '', 'nan', 'None', 'null'];

/** The text, or one of the ways an empty cell is written in real results. */
export function cell(text: string, dice: Dice): string {
  return text === '' ? dice.pick(EMPTY_CELLS) : text;
}
