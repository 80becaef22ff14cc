import { HEADER_LOOKS_LIKE_DATA, looksLikeData } from '../../workbook/sheet/header-row.ts';
import { recordsOf } from './csv-records.ts';
import { givenContent } from './given-content.ts';
import type { GivenContent } from './given-content.ts';
import { RowsError } from './rows-error.ts';

/**
 * The rows of a CSV, numbered as Excel shows them: line 1 is the header. Columns `a` and `b` where it names them, else
 * the first two. Separated by commas, semicolons or tabs, whichever the header has. Throws {@link RowsError}.
 */
export function csvRows(text: string, name: string): GivenContent {
  const [header = [], ...records] = recordsOf(text, name);
  const [inputAt, emailAt] = columnsIn(header, name);
  const cells = records.map((record, index) => ({
    row: index + 2,
    a: record[inputAt] ?? '',
    b: record[emailAt] ?? '',
  }));
  const rows = givenContent(cells, name);
  const first = { input: header[inputAt] ?? '', inputUrl: null, email: header[emailAt] ?? '' };
  if (!looksLikeData(first)) return { rows, warnings: [] };
  if (rows.length > 0) return { rows, warnings: [HEADER_LOOKS_LIKE_DATA] };
  throw new RowsError(
    'ROWS_EMPTY',
    `${name} has one row, which is taken for the header and looks like data; put a header such as a,b above it`,
  );
}

function columnsIn(header: readonly string[], name: string): [input: number, email: number] {
  const names = header.map((each) => each.trim().toLowerCase());
  const [inputAt, emailAt] = [names.indexOf('a'), names.indexOf('b')];
  if (inputAt !== -1) return [inputAt, emailAt];
  if (emailAt === -1) return [0, 1];
  throw new RowsError('ROWS_MALFORMED', `${name} has a column b and no column a; name both, or neither`);
}
