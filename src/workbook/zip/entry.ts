import type { FileEntry } from '@zip.js/zip.js/dist/zip-core-external.js';

import { damaged, encrypted, tooLarge } from '../failure.ts';
import type { WorkbookLimits } from '../limits.ts';
import type { WorkbookError } from '../types.ts';

/** What a zip without its 64-bit extension can say. */
const MAX_ZIP32_BYTES = 0xffff_fffe;

/** One part of the package, an entry of the zip. */
export type ArchiveEntry = FileEntry;

/**
 * Refuses entries that no spreadsheet program writes, before anything of them is unzipped or copied.
 *
 * @throws {WorkbookError} `WORKBOOK_ENCRYPTED`, `WORKBOOK_DAMAGED`, `WORKBOOK_TOO_LARGE`
 */
export function checkEntries(
  entries: readonly ArchiveEntry[],
  fileBytes: number,
  name: string,
  limits: WorkbookLimits,
): void {
  if (entries.length > limits.maxParts) {
    throw tooLarge(name, `${entries.length} parts, where ${limits.maxParts} are allowed`);
  }
  const seen = new Set<string>();
  let storedBytes = 0;
  for (const entry of entries) {
    const key = partKey(entry.filename);
    const shown = JSON.stringify(entry.filename.slice(0, 100));
    if (entry.encrypted) throw encrypted(name);
    if (entry.uncompressedSize > MAX_ZIP32_BYTES) throw tooLarge(name, `the zip entry ${shown} is over 4 GB`);
    if (isPathLike(entry.filename))
      throw damaged(name, `the zip entry ${shown} has a name that leads outside`);
    if (seen.has(key)) throw damaged(name, `two zip entries have the name ${shown}`);
    seen.add(key);
    storedBytes += entry.compressedSize;
  }
  // A copy of each would fill the disk, as one part unzipped never could.
  if (storedBytes > fileBytes) throw overlapping(name);
}

/** Of entries that are one another's bytes, whole or in part. */
export function overlapping(name: string, cause?: unknown): WorkbookError {
  return damaged(name, 'its zip entries overlap, or reach beyond the file', cause);
}

/** Part names are compared without regard to case (ECMA-376 part 2, 6.2.2.3). */
export function partKey(part: string): string {
  return part.toLowerCase();
}

function isPathLike(filename: string): boolean {
  return /^[a-z]:/i.test(filename) || filename.split('/').includes('..') || filename.includes('\0');
}
