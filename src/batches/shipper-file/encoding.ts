import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { rootMessage } from '../../errors.ts';
import { FileError } from '../../files/types.ts';
import { ShipperFileError } from './shipper-file-error.ts';

/** `shift_jis` is as Windows writes it (CP932). */
export type FileEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis';

/** A million lines of 17 columns: a month of a large shipper. Its numbers are held in memory. */
const MAX_BYTES = 256 * 1024 * 1024;

/** First bytes, in hex. */
const MARKS: readonly [start: string, FileEncoding][] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];
const OTHER_FILES: readonly [start: string, what: string][] = [
  ['504b0304', 'is a workbook or a zip'],
  ['d0cf11e0', 'is an old or encrypted Office file'],
  ['25504446', 'is a PDF'],
  ['1f8b', 'is compressed'],
];

/**
 * The encoding that is certain for all of the file: by its byte order mark, else UTF-8, or Shift_JIS where its bytes can be
 * no other.
 *
 * @throws {FileError} no such file
 * @throws {ShipperFileError} too large, empty, no text, or in an encoding that cannot be told
 */
export async function encodingOf(path: string, name: string): Promise<FileEncoding> {
  const wrong = (what: string) =>
    new ShipperFileError('FILE_ENCODING', `${name} ${what}; a CSV is meant, in Shift_JIS or UTF-8`);
  // What is not there, or no file, is told by reading it.
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size > MAX_BYTES)
    throw new ShipperFileError(
      'FILE_TOO_LARGE',
      `${name} is larger than ${MAX_BYTES / 1024 / 1024} MB; import it in parts`,
    );
  const isValid = validity();
  let [bytes, mark]: [number, FileEncoding | null] = [0, null];
  for await (const chunk of chunksOf(path, name)) {
    if (bytes === 0) {
      const head = chunk.toString('hex', 0, 4);
      const other = OTHER_FILES.find(([start]) => head.startsWith(start));
      if (other !== undefined) throw wrong(other[1]);
      mark = MARKS.find(([start]) => head.startsWith(start))?.[1] ?? null;
    }
    bytes += chunk.length;
    isValid.take(chunk);
    const isWide = mark === 'utf-16le' || mark === 'utf-16be';
    if (!isWide && chunk.includes(0)) throw wrong('is no text');
  }
  if (bytes === 0) throw new ShipperFileError('FILE_EMPTY', `${name} is empty`);
  const valid = isValid.end();
  if (mark !== null) {
    if (!valid.has(mark)) throw wrong(`says that it is ${mark.toUpperCase()}, and is not`);
    return mark;
  }
  if (valid.has('utf-8')) return 'utf-8';
  // In EUC-JP all of these bytes mean something, too.
  if (valid.has('shift_jis') && !valid.has('euc-jp')) return 'shift_jis';
  throw wrong('is in an encoding that cannot be told for certain');
}

/** A file's bytes, some at a time. */
export async function* chunksOf(path: string, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new FileError('FILE_NOT_FOUND', `${path}: no such file`, { cause });
    throw new ShipperFileError('FILE_UNREADABLE', `${name} cannot be read: ${rootMessage(cause, 200)}`, {
      cause,
    });
  }
}

/** What EUC-JP's decoder makes of bytes that no text in it has. */
const CONTROLS = /[\u0080-\u009F]/u;

/** Which encodings all bytes so far are valid in. */
function validity() {
  const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'shift_jis', 'euc-jp'] as const;
  const decoders = new Map<string, TextDecoder>(
    encodings.map((encoding) => [encoding, new TextDecoder(encoding, { fatal: true })]),
  );
  const feed = (chunk: Buffer | undefined) => {
    for (const [encoding, decoder] of decoders)
      try {
        const text = decoder.decode(chunk, { stream: chunk !== undefined });
        if (encoding === 'euc-jp' && CONTROLS.test(text)) decoders.delete(encoding);
      } catch {
        decoders.delete(encoding);
      }
  };
  return {
    take: feed,
    end: (): ReadonlySet<string> => {
      feed(undefined);
      return new Set(decoders.keys());
    },
  };
}
