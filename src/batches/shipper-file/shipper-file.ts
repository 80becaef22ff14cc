import { basename } from 'node:path';
import { firstOf, storable } from '../../text.ts';
import { encodingOf } from './encoding.ts';
import type { FileEncoding } from './encoding.ts';
import { layoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { linesOf } from './lines.ts';
import { identityOf, readEvent } from './read-event.ts';
import type { FileEvent, Refused } from './read-event.ts';
import { ShipperFileError } from './shipper-file-error.ts';

/** A file that was looked through once: it holds events, and all of it can be read. */
export interface ShipperFile {
  path: string;
  name: string;
  encoding: FileEncoding;
  layout: Layout;
  /** Events that a line takes back, each with that line. */
  takenBack: ReadonlyMap<string, number>;
  readAt: Date;
}

const NAME_CHARACTERS = 80;
/** So many lines show a file's form, should the first of them be broken. */
const FIRST_LINES = 20;

/**
 * Looks through a shipper's file.
 *
 * @throws {FileError} no such file
 * @throws {ShipperFileError} it is no CSV of events, or holds none that can be taken
 */
export async function openShipperFile(path: string): Promise<ShipperFile> {
  const name = storable(firstOf(basename(path), NAME_CHARACTERS));
  const encoding = await encodingOf(path, name);
  const readAt = new Date();
  const layout = layoutOf(await firstLines(path, name, encoding), name);
  const file = { path, name, encoding, layout, readAt };
  const takenBack = new Map<string, number>();
  let events = 0;
  let refused: Refused | null = null;
  for await (const read of eventsOf(file)) {
    if ('reason' in read) refused ??= read;
    else events += 1;
    if ('takesBack' in read && read.takesBack) takenBack.set(identityOf(read), read.line);
  }
  if (events > 0) return { ...file, takenBack };
  const why = refused === null ? '' : `; line ${refused.line}: ${refused.reason}`;
  throw new ShipperFileError('FILE_NO_EVENTS', `${name} holds no event that can be taken${why}`);
}

/** What the lines of a file tell, in order, its header left out. */
export async function* eventsOf(
  file: Pick<ShipperFile, 'path' | 'name' | 'encoding' | 'layout' | 'readAt'>,
): AsyncGenerator<FileEvent | Refused> {
  let isFirst = true;
  for await (const line of linesOf(file.path, file.name, file.encoding)) {
    const isHeader = isFirst && file.layout.hasHeader;
    isFirst = false;
    if (!isHeader) yield readEvent(line, file.layout, file.readAt);
  }
}

async function firstLines(path: string, name: string, encoding: FileEncoding): Promise<string[][]> {
  const first: string[][] = [];
  for await (const { cells } of linesOf(path, name, encoding)) {
    first.push(cells ?? []);
    if (first.length === FIRST_LINES) break;
  }
  return first;
}
