import { CsvError, parse } from 'csv-parse/sync';
import { LAST_ROW } from '../../tasks/row-selection.ts';
import { RowsError } from './rows-error.ts';

const DELIMITERS: ReadonlySet<string> = new Set([',', ';', '\t']);
/** A mark that is never closed takes the rest of the file for one cell. */
const RECORD_CHARACTERS = 1_000_000;

/**
 * The records of a CSV, its header the first, blank lines among them. Separated by commas, semicolons or tabs, whichever the
 * header has. Throws {@link RowsError}.
 */
export function recordsOf(text: string, name: string): string[][] {
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
