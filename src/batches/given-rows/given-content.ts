import { LAST_ROW } from '../../tasks/row-selection.ts';
import { lineFeeds, storable } from '../../text.ts';
import { isBlank, Occurrences } from '../../workbook/sheet/row-identity.ts';
import type { WorkbookContent, WorkbookRow } from '../../workbook/types.ts';
import { RowsError } from './rows-error.ts';

/** Rows as a sheet would hold them. */
export type GivenContent = Pick<WorkbookContent, 'rows' | 'warnings'>;

/** One row: its number in a sheet, and its cells A and B. */
export interface GivenCells {
  row: number;
  a: string;
  b: string;
}

/** What a cell of a sheet holds at most. */
const CELL_CHARACTERS = 32_767;

/** The rows of these cells, blank ones passed over as in a sheet. Throws {@link RowsError}. */
export function givenContent(cells: readonly GivenCells[], name: string): GivenContent['rows'] {
  const last = cells.at(-1)?.row ?? 0;
  if (last > LAST_ROW)
    throw new RowsError(
      'ROWS_TOO_LARGE',
      `${name} has more rows than a sheet can have (${LAST_ROW}); start it in parts`,
    );
  const occurrences = new Occurrences();
  return cells.flatMap(({ row, a, b }): WorkbookRow[] => {
    if (a.length > CELL_CHARACTERS || b.length > CELL_CHARACTERS)
      throw new RowsError(
        'ROWS_MALFORMED',
        `${name}: row ${row} holds over ${CELL_CHARACTERS} characters in a cell; a quotation mark may be missing`,
      );
    const content = { input: storable(lineFeeds(a)), inputUrl: null, email: storable(lineFeeds(b)) };
    if (isBlank(content.input, content.email, false)) return [];
    const occurrence = occurrences.next(content);
    return [{ ...content, row, occurrence, result: '', resultIsFormula: false, warnings: [] }];
  });
}
