import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { configure, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from '@zip.js/zip.js';

configure({ useWebWorkers: false });

/** Whole, or piece by piece. */
export type PartContent = string | Uint8Array | Iterable<string>;

/** The unzipped parts of a workbook by name, in the order of the zip. */
export async function readPackage(path: string): Promise<Map<string, Buffer>> {
  const reader = new ZipReader(new Uint8ArrayReader(await readFile(path)));
  const parts = new Map<string, Buffer>();
  for (const entry of await reader.getEntries()) {
    if (!entry.directory) parts.set(entry.filename, Buffer.from(await entry.getData(new Uint8ArrayWriter())));
  }
  await reader.close();
  return parts;
}

/** Zips parts as they come; holds none that comes piece by piece. */
export async function writePackage(
  path: string,
  parts: Iterable<readonly [name: string, content: PartContent]>,
): Promise<void> {
  const zip = new ZipWriter(Writable.toWeb(createWriteStream(path)), {
    zip64: false,
    extendedTimestamp: false,
  });
  for (const [name, content] of parts) {
    const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
    await zip.add(name, ReadableStream.from(bytesOf(pieces)));
  }
  await zip.close();
}

function* bytesOf(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}
