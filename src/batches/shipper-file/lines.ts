import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse/sync';
import { chunksOf } from './encoding.ts';
import type { FileEncoding } from './encoding.ts';

/** A line of the file; cells of null: it cannot be read. */
export interface FileLine {
  line: number;
  cells: string[] | null;
  /** Why it cannot be read. */
  why: string;
}

/** Seventeen short columns have a few hundred: what is longer is no line of such a file, or a quotation mark never closed. */
const LINE_CHARACTERS = 10_000;

/**
 * The lines of a CSV with their cells, blank ones left out; no cell goes over several lines. Separated by commas, or by tabs
 * where the first line has those and no comma.
 */
export async function* linesOf(path: string, name: string, encoding: FileEncoding): AsyncGenerator<FileLine> {
  let delimiter: string | null = null;
  for await (const { line, text } of textLines(path, name, encoding)) {
    if (text === null) {
      yield { line, cells: null, why: `has over ${LINE_CHARACTERS} characters` };
      continue;
    }
    if (text.trim() === '') continue;
    delimiter ??= text.includes('\t') && !text.includes(',') ? '\t' : ',';
    const cells = cellsOf(text, delimiter);
    yield { line, cells, why: 'has a quotation mark that is out of place or never closed' };
  }
}

function cellsOf(text: string, delimiter: string): string[] | null {
  if (!text.includes('"')) return text.split(delimiter);
  try {
    const records: string[][] = parse(text, { delimiter, relax_column_count: true });
    return records[0] ?? null;
  } catch {
    return null;
  }
}

/** Lines as decoded, numbered from 1; null: too long. */
async function* textLines(path: string, name: string, encoding: FileEncoding) {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let [line, rest, isTooLong] = [0, '', false];
  const take = (text: string) => {
    line += 1;
    const tooLong = isTooLong || text.length > LINE_CHARACTERS;
    isTooLong = false;
    return { line, text: tooLong ? null : text };
  };
  for await (const chunk of chunksOf(path, name)) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) yield take(piece.endsWith('\r') ? piece.slice(0, -1) : piece);
    if (rest.length > LINE_CHARACTERS) [rest, isTooLong] = ['', true];
  }
  rest += decoder.decode();
  if (rest !== '' || isTooLong) yield take(rest);
}
