import { open, rm } from 'node:fs/promises';

import { ZipWriter } from '@zip.js/zip.js/dist/zip-core-external.js';

import { wellFormed } from '../../xml/well-formed.ts';
import { writingPart } from '../failure.ts';
import { SheetOrder } from '../sheet/sheet-order.ts';
import type { Archive } from './archive.ts';
import { compressPart } from './compressed-part.ts';
import type { CompressedPart } from './compressed-part.ts';
import type { ArchiveEntry } from './entry.ts';
import { FileHandleReader } from './file-handle-reader.ts';
import { applySplices, checkOrder } from './splices.ts';
import type { Splice } from './splices.ts';

const DEFLATED = 8;
/** The version needed to unzip a deflated entry (APPNOTE.TXT 6.3.10, 4.4.3.2); a stored one may name a lower one. */
const DEFLATE_VERSION = 20;
/** Extra field of large sizes, which no entry within the limits needs. */
const ZIP64_EXTRA = 0x0001;

/** Where a patched part is compressed to, beside the target, while it is written. */
export function partialPath(targetPath: string): string {
  return `${targetPath}.part`;
}

/**
 * Writes a copy of the archive in which these parts are patched. All other entries keep their headers and bytes as they
 * are stored, and all their order. Leaves nothing behind on failure.
 *
 * @throws {WorkbookError} `WORKBOOK_DAMAGED`, `WORKBOOK_TOO_LARGE`; `WORKBOOK_UNSUPPORTED` where the part would not be
 *   well-formed, or has rows or cells out of order, and before anything is written where the splices are
 */
export async function writePatched(
  archive: Archive,
  splices: ReadonlyMap<string, Iterable<Splice>>,
  targetPath: string,
): Promise<void> {
  for (const [part, made] of splices) await writingPart(archive.name, part, async () => checkOrder(made));
  const partPath = partialPath(targetPath);
  try {
    await writeArchive(archive, splices, targetPath, partPath);
  } catch (error) {
    await rm(targetPath, { force: true });
    throw error;
  } finally {
    await rm(partPath, { force: true });
  }
}

async function writeArchive(
  archive: Archive,
  splices: ReadonlyMap<string, Iterable<Splice>>,
  targetPath: string,
  partPath: string,
): Promise<void> {
  const { entries, comment } = archive;
  const patches = [...splices].map(([part, made]) => ({
    part,
    made,
    at: entries.indexOf(archive.entry(part)),
  }));
  const target = await open(targetPath, 'w');
  try {
    const zip = new ZipWriter(new WritableStream({ write: (chunk: Uint8Array) => target.writeFile(chunk) }));
    let copied = 0;
    for (const { part, made, at } of patches.sort((a, b) => a.at - b.at)) {
      const xml = wellFormed(applySplices(archive.chunks(part), made), new SheetOrder());
      // Both to their ends: neither may write on when the other has failed, and all is removed.
      const [copying, compressing] = await Promise.allSettled([
        archive.copyTo(zip, entries.slice(copied, at)),
        writingPart(archive.name, part, () => compressPart(xml, partPath)),
      ]);
      if (copying.status === 'rejected') throw copying.reason;
      if (compressing.status === 'rejected') throw compressing.reason;
      await addPart(zip, archive.entry(part), compressing.value);
      copied = at + 1;
    }
    await archive.copyTo(zip, entries.slice(copied));
    await zip.close(comment, { zip64: false });
  } finally {
    await target.close();
  }
}

/** In place of the entry, of which it keeps all but the data. */
async function addPart(
  zip: ZipWriter<unknown>,
  replaced: ArchiveEntry,
  { path, compressedSize, uncompressedSize, checksum }: CompressedPart,
): Promise<void> {
  const extraFields = [...(replaced.extraField ?? [])].filter(([type]) => type !== ZIP64_EXTRA);
  const compressed = await open(path, 'r');
  try {
    await zip.add(replaced.filename, new FileHandleReader(compressed, compressedSize), {
      passThrough: true,
      useWebWorkers: false,
      compressionMethod: DEFLATED,
      uncompressedSize,
      crc32: checksum,
      // Else as the entry was: under its name's own bytes, with its date, attributes and extra fields.
      encodeText: (_, type) => (type === 'filename' ? replaced.rawFilename : replaced.rawComment),
      useUnicodeFileNames: replaced.bitFlag?.languageEncodingFlag === true,
      version: Math.max(replaced.version, DEFLATE_VERSION),
      versionMadeBy: replaced.versionMadeBy,
      rawLastModDate: Number(replaced.rawLastModDate),
      extendedTimestamp: false,
      internalFileAttributes: replaced.internalFileAttributes,
      externalFileAttributes: replaced.externalFileAttributes,
      extraField: new Map(extraFields.map(([type, { data }]) => [type, data])),
    });
  } finally {
    await compressed.close();
  }
}
