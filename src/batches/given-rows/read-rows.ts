import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { rootMessage } from '../../errors.ts';
import { FileError } from '../../files/types.ts';
import { firstOf, storable } from '../../text.ts';
import { csvRows } from './csv-rows.ts';
import { decodeText } from './decode-text.ts';
import type { GivenContent } from './given-content.ts';
import { jsonRows } from './json-rows.ts';
import { RowsError } from './rows-error.ts';

/** Given by a file or over HTTP: 50,000 rows of long URLs. */
export const MAX_ROWS_BYTES = 10 * 1024 * 1024;

/** Standard input, as commands name it. */
export const STDIN = '-';
const NAME_CHARACTERS = 80;

/** Rows, and where they came from. */
export interface GivenRows {
  rowsFrom: string;
  content: GivenContent;
}

/** Whether what is to be started is rows: a local `.csv` or `.json` file, or standard input. */
export function isRowsSource(source: string): boolean {
  return source === STDIN || /\.(?:csv|json)$/i.test(source);
}

/**
 * Reads rows from a local file, or from standard input, where JSON is told by its first character.
 *
 * @throws {FileError} no such file
 * @throws {RowsError} it cannot be taken whole
 */
export async function readRows(source: string, stdin: Readable): Promise<GivenRows> {
  const { name: rowsFrom, text } = await readText(source, stdin);
  const isJson = source === STDIN ? /^\s*[[{]/.test(text) : /\.json$/i.test(source);
  return { rowsFrom, content: isJson ? jsonRows(text, rowsFrom) : csvRows(text, rowsFrom) };
}

/**
 * The text of a local file or of standard input, and its name for people.
 *
 * @throws {FileError} no such file
 * @throws {RowsError} it cannot be read, is too large, empty or in an encoding that is not certain
 */
export async function readText(source: string, stdin: Readable): Promise<{ name: string; text: string }> {
  const isStdin = source === STDIN;
  const name = isStdin ? 'standard input' : storable(firstOf(basename(source), NAME_CHARACTERS));
  const text = decodeText(isStdin ? await wholeOf(stdin, name) : await wholeFile(source, name), name);
  if (text.trim() === '') throw new RowsError('ROWS_EMPTY', `${name} is empty`);
  return { name, text };
}

async function wholeFile(path: string, name: string): Promise<Buffer> {
  const file = await open(path).catch((cause: unknown) => {
    throw new FileError('FILE_NOT_FOUND', `${path}: no such file, or it may not be read`, { cause });
  });
  return wholeOf(file.createReadStream(), name);
}

/** Ends the stream early where it is too large. */
async function wholeOf(stream: Readable, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk as Buffer);
      length += bytes.length;
      if (length > MAX_ROWS_BYTES)
        throw new RowsError(
          'ROWS_TOO_LARGE',
          `${name} is larger than ${MAX_ROWS_BYTES / 1024 / 1024} MB; start it in parts`,
        );
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof RowsError) throw error;
    throw new RowsError('ROWS_UNREADABLE', `${name} cannot be read: ${rootMessage(error, 200)}`, {
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}
