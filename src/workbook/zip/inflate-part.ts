import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

import { errorMessage } from '../../errors.ts';
import { damaged, encrypted, mebibytes, tooLarge, unsupported } from '../failure.ts';
import type { WorkbookLimits } from '../limits.ts';
import type { ArchiveEntry } from './entry.ts';

const STORED = 0;
const DEFLATED = 8;
/** Large enough that a chunk's fixed costs do not count, small enough for four of them in flight. */
const CHUNK_BYTES = 256 * 1024;
/** Unzipped ahead while a chunk is being read; with less zlib's thread would idle. */
const AHEAD_CHUNKS = 4;

/**
 * Unzips one entry chunk by chunk. zlib works in its own thread meanwhile.
 *
 * @throws {WorkbookError} `WORKBOOK_TOO_LARGE` beyond the limits, `WORKBOOK_DAMAGED` when the bytes, their number or
 *   their checksum are wrong
 */
export async function* inflatePart(
  file: FileHandle,
  offset: number,
  entry: ArchiveEntry,
  name: string,
  limits: WorkbookLimits,
): AsyncGenerator<Buffer> {
  const part = entry.filename;
  let size = 0;
  let checksum = 0;
  try {
    for await (const chunk of storedOrInflated(file, offset, entry, name)) {
      size += chunk.length;
      if (size > limits.maxPartBytes) {
        throw tooLarge(name, `${part} unzips to over ${mebibytes(limits.maxPartBytes)}`);
      }
      if (size > limits.ratioFromBytes && size > entry.compressedSize * limits.maxRatio) {
        throw tooLarge(name, `${part} unzips to over ${limits.maxRatio} times its size, as a zip bomb does`);
      }
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    if (isZlibError(error)) throw damaged(name, `${part} cannot be unzipped (${errorMessage(error)})`, error);
    throw error;
  }
  if (size !== entry.uncompressedSize) throw damaged(name, `${part} has not the size that the zip file says`);
  if (entry.crc32 !== undefined && checksum !== entry.crc32)
    throw damaged(name, `${part} has a wrong checksum`);
}

function storedOrInflated(
  file: FileHandle,
  offset: number,
  entry: ArchiveEntry,
  name: string,
): AsyncIterable<Buffer> {
  if (entry.encrypted) throw encrypted(name);
  if (entry.compressedSize === 0) {
    if (entry.uncompressedSize > 0) throw damaged(name, `${entry.filename} is cut short`);
    return noBytes();
  }
  const stored = storedBytes(file, offset, entry.compressedSize);
  if (entry.compressionMethod === STORED) return stored;
  if (entry.compressionMethod !== DEFLATED) {
    throw unsupported(
      name,
      `${entry.filename} is compressed in a way that spreadsheet programs do not use: open the workbook in Excel and save it again`,
    );
  }
  const inflate = createInflateRaw({
    chunkSize: CHUNK_BYTES,
    // Chunk by chunk: reading a stream of bytes joins all that wait, and so copies them.
    ...{ readableObjectMode: true, readableHighWaterMark: AHEAD_CHUNKS },
  });
  // The callback is needed for clean-up; errors come out of the iteration as well.
  return pipeline(stored, inflate, () => undefined);
}

/** Not by a stream of the handle's own: each of them would listen for its end, one a part. */
async function* storedBytes(file: FileHandle, offset: number, size: number): AsyncGenerator<Buffer> {
  for (let at = offset; at < offset + size;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, offset + size - at));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
    at += bytesRead;
  }
}

async function* noBytes(): AsyncGenerator<Buffer> {
  // An entry without any bytes.
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?:Z_|ERR_STREAM_PREMATURE)/.test(String(error.code));
}
