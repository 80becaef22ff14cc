import { open, rm } from 'node:fs/promises';

import { ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';

import type { Archive } from './archive.ts';
import { compressPart } from './compressed-part.ts';
import type { CompressedPart } from './compressed-part.ts';
import type { ArchiveEntry } from './entry.ts';
import { FileHandleReader } from './file-handle-reader.ts';
import { applySplices } from './splices.ts';
import type { Splice } from './splices.ts';

const DEFLATED = 8;
/** The version needed to unzip a deflated entry (APPNOTE.TXT 6.3.10, 4.4.3.2); a stored one may name a lower one. */
const DEFLATE_VERSION = 20;
/** Extra field of large sizes, which no entry within the limits needs. */
const ZIP64_EXTRA = 0x0001;

/** Where the patched part is compressed to, beside the target, while it is written. */
export function partialPath(targetPath: string): string {
  return `${targetPath}.part`;
}

/**
 * Writes a copy of the archive in which one part is patched. All other entries keep their headers and bytes as they are
 * stored, and all their order. Leaves nothing behind on failure.
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`, `WORKBOOK_TOO_LARGE`
 */
export async function writePatched(
  archive: Archive,
  part: string,
  splices: Iterable<Splice>,
  targetPath: string,
): Promise<void> {
  const partPath = partialPath(targetPath);
  const target = await open(targetPath, 'w');
  try {
    const zip = new ZipWriter(new WritableStream({ write: (chunk: Uint8Array) => target.writeFile(chunk) }));
    const entry = archive.entry(part);
    const at = archive.entries.indexOf(entry);
    // The first entries are copied while the part is compressed; a failure waits until neither writes any more.
    const begun = [
      compressPart(applySplices(archive.chunks(part), splices), partPath),
      archive.copyTo(zip, archive.entries.slice(0, at)),
    ] as const;
    await Promise.allSettled(begun);
    const [patched] = await Promise.all(begun);
    await addPatched(zip, entry, patched);
    await archive.copyTo(zip, archive.entries.slice(at + 1));
    await zip.close(archive.comment, { zip64: false });
  } catch (error) {
    await rm(targetPath, { force: true });
    throw error;
  } finally {
    await target.close();
    await rm(partPath, { force: true });
  }
}

/** Adds the part as the entry was, under its name's own bytes, with its date, attributes and extra fields. */
async function addPatched(
  zip: ZipWriter<unknown>,
  entry: ArchiveEntry,
  { path, compressedSize, uncompressedSize, checksum }: CompressedPart,
): Promise<void> {
  const extraFields = [...(entry.extraField ?? [])].filter(([type]) => type !== ZIP64_EXTRA);
  const compressed = await open(path, 'r');
  try {
    await zip.add(entry.filename, new FileHandleReader(compressed, compressedSize), {
      passThrough: true,
      useWebWorkers: false,
      compressionMethod: DEFLATED,
      uncompressedSize,
      crc32: checksum,
      encodeText: (_, type) => (type === 'filename' ? entry.rawFilename : entry.rawComment),
      useUnicodeFileNames: entry.bitFlag?.languageEncodingFlag === true,
      version: Math.max(entry.version, DEFLATE_VERSION),
      versionMadeBy: entry.versionMadeBy,
      rawLastModDate: Number(entry.rawLastModDate),
      extendedTimestamp: false,
      internalFileAttributes: entry.internalFileAttributes,
      externalFileAttributes: entry.externalFileAttributes,
      extraField: new Map(extraFields.map(([type, { data }]) => [type, data])),
    });
  } finally {
    await compressed.close();
  }
}
