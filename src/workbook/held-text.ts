import { storable } from '../text.ts';

/** What a cell of Excel holds at most, in UTF-16 units. */
const MAX_CELL_LENGTH = 32_767;

/** A text as a cell will hold it, so that it is known again as the same. */
export function heldText(text: string): string {
  return storable(text.length > MAX_CELL_LENGTH ? text.slice(0, MAX_CELL_LENGTH) : text);
}
