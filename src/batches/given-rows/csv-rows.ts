import { CsvError, parse } from 'csv-parse/sync';
import { LAST_ROW } from '../../tasks/row-selection.ts';
import { HEADER_LOOKS_LIKE_DATA, looksLikeData } from '../../workbook/sheet/header-row.ts';
import { givenContent } from './given-content.ts';
import type { GivenContent } from './given-content.ts';
import { RowsError } from './rows-error.ts';

const DELIMITERS: ReadonlySet<string> = new Set([',', ';', '\t']);
/** A mark that is never closed takes the rest of the file for one cell. */
const RECORD_CHARACTERS = 1_000_000;

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

function recordsOf(text: string, name: string): string[][] {
  try {
    return parse(text, {
      delimiter: delimiterOf(text, name),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: RECORD_CHARACTERS,
      to: LAST_ROW + 1,
    });
  } catch (error) {
    // Its message holds what stands in the file.
    if (!(error instanceof CsvError)) throw error;
    throw new RowsError(
      'ROWS_MALFORMED',
      `${name}: line ${String(error['lines'])} cannot be read (${error.code}): a quotation mark is out of place or never closed`,
    );
  }
}

/** Told by the header, outside quotation marks. */
function delimiterOf(text: string, name: string): string {
  const found = new Set<string>();
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && DELIMITERS.has(character)) found.add(character);
  }
  const [delimiter = ',', other] = found;
  if (other === undefined) return delimiter;
  throw new RowsError(
    'ROWS_MALFORMED',
    `${name}: the header holds more than one of comma, semicolon and tab; separate the columns by one, and put texts with the others in quotation marks`,
  );
}
