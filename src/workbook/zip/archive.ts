import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { ERR_UNSAFE_FILENAME, ZipReader } from '@zip.js/zip.js/lib/zip-core-custom.js';
import type { FileEntry } from '@zip.js/zip.js/lib/zip-core-custom.js';

import { errorMessage } from '../../errors.ts';
import { damaged, encrypted, mebibytes, notAWorkbook, tooLarge } from '../failure.ts';
import type { WorkbookLimits } from '../limits.ts';
import { FileRangeReader } from './file-range-reader.ts';
import { inflatePart } from './inflate-part.ts';
import { sniff } from './sniff.ts';
import type { StoredData } from './zip-writer.ts';

const LOCAL_HEADER_BYTES = 30;
/** What a zip without its 64-bit extension can say. */
const MAX_ZIP32_BYTES = 0xffff_fffe;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;

/** One part of the package, an entry of the zip. */
export type ArchiveEntry = FileEntry;

interface ZipDirectory {
  /** Of the whole file, in bytes. */
  fileSize: number;
  entries: readonly ArchiveEntry[];
  comment: Uint8Array;
}

/** An opened .xlsx or .xlsm: a zip whose entries are looked at, and refused, before anything of them is unzipped. */
export class Archive {
  /** As messages name it. */
  readonly name: string;
  readonly limits: WorkbookLimits;
  /** All entries, folders included, in the order of the zip's directory. */
  readonly entries: readonly ArchiveEntry[];
  /** The zip's own comment. */
  readonly comment: Uint8Array;
  readonly #file: FileHandle;
  readonly #fileSize: number;
  readonly #parts: ReadonlyMap<string, ArchiveEntry>;

  private constructor(
    name: string,
    limits: WorkbookLimits,
    file: FileHandle,
    { entries, comment, fileSize }: ZipDirectory,
  ) {
    this.comment = comment;
    this.name = name;
    this.limits = limits;
    this.entries = entries;
    this.#file = file;
    this.#fileSize = fileSize;
    this.#parts = new Map(entries.map((entry) => [partKey(entry.filename), entry]));
  }

  /**
   * @throws {WorkbookError} `WORKBOOK_NOT_A_WORKBOOK`, `WORKBOOK_ENCRYPTED`, `WORKBOOK_DAMAGED` or
   *   `WORKBOOK_TOO_LARGE`
   */
  static async open(path: string, name: string, limits: WorkbookLimits): Promise<Archive> {
    const file = await openFile(path, name);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw notAWorkbook(name, 'is a folder or device, not a file');
      const { size } = stats;
      const otherKind = await sniff(file, size, name);
      if (otherKind !== null) throw otherKind;
      if (size > limits.maxFileBytes) {
        throw tooLarge(name, `${mebibytes(size)}, where ${mebibytes(limits.maxFileBytes)} are allowed`);
      }
      const directory = await readDirectory(file, size, name);
      checkEntries(directory, name, limits);
      return new Archive(name, limits, file, directory);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  has(part: string): boolean {
    return this.#parts.has(partKey(part));
  }

  entry(part: string): ArchiveEntry | null {
    return this.#parts.get(partKey(part)) ?? null;
  }

  /** The part's bytes, unzipped chunk by chunk within the limits, size and checksum verified at the end. */
  async *chunks(part: string): AsyncGenerator<Buffer> {
    const entry = this.entry(part);
    if (entry === null) throw damaged(this.name, `the part ${part} is missing`);
    if (entry.uncompressedSize > this.limits.maxPartBytes) {
      const allowed = mebibytes(this.limits.maxPartBytes);
      throw tooLarge(
        this.name,
        `${part} unzips to ${mebibytes(entry.uncompressedSize)}, where ${allowed} are allowed`,
      );
    }
    const { dataOffset } = await this.#localHeader(entry);
    yield* inflatePart(this.#file, dataOffset, entry, this.name, this.limits);
  }

  /** The entry's bytes as they are stored, and the extra fields of its local header, for copying. */
  async stored(entry: ArchiveEntry): Promise<{ data: StoredData; localExtra: Buffer }> {
    const { dataOffset, localExtra } = await this.#localHeader(entry);
    const { compressedSize: size, compressionMethod, uncompressedSize, crc32 = 0 } = entry;
    const data = { file: this.#file, offset: dataOffset, size, compressionMethod, uncompressedSize, crc32 };
    return { data, localExtra };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #localHeader(entry: ArchiveEntry): Promise<{ dataOffset: number; localExtra: Buffer }> {
    const header = Buffer.alloc(LOCAL_HEADER_BYTES);
    const { bytesRead } = await this.#file.read(header, 0, LOCAL_HEADER_BYTES, entry.offset);
    if (bytesRead < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) {
      throw damaged(this.name, `the zip entry ${entry.filename} is not where the directory says`);
    }
    const extraOffset = entry.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26);
    const localExtra = Buffer.alloc(header.readUInt16LE(28));
    await this.#file.read(localExtra, 0, localExtra.length, extraOffset);
    const dataOffset = extraOffset + localExtra.length;
    if (dataOffset + entry.compressedSize > this.#fileSize)
      throw damaged(this.name, `the zip entry ${entry.filename} reaches beyond the file`);
    return { dataOffset, localExtra };
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw notAWorkbook(name, `cannot be opened: ${errorMessage(error)}`, error);
  }
}

async function readDirectory(file: FileHandle, size: number, name: string): Promise<ZipDirectory> {
  const reader = new ZipReader(new FileRangeReader(file, 0, size), {
    useWebWorkers: false,
    // As some writers for Windows have it, against APPNOTE.TXT 6.3.10, 4.4.17.1; Excel reads them.
    normalizeFilename: (filename) => filename.replaceAll('\\', '/'),
  });
  try {
    // Folders share the entries' shape but for their data; none has any.
    const entries = (await reader.getEntries()) as ArchiveEntry[];
    return { entries, comment: reader.comment, fileSize: size };
  } catch (error) {
    const why = errorMessage(error);
    if (why === ERR_UNSAFE_FILENAME) throw damaged(name, 'a zip entry has a name that leads outside', error);
    throw damaged(name, `the zip file is cut short or broken (${why})`, error);
  }
}

function checkEntries({ entries, fileSize }: ZipDirectory, name: string, limits: WorkbookLimits): void {
  if (entries.length > limits.maxParts) {
    throw tooLarge(name, `${entries.length} parts, where ${limits.maxParts} are allowed`);
  }
  const seen = new Set<string>();
  let stored = 0;
  for (const entry of entries) {
    const key = partKey(entry.filename);
    const shown = JSON.stringify(entry.filename.slice(0, 100));
    if (entry.encrypted) throw encrypted(name);
    if (entry.uncompressedSize > MAX_ZIP32_BYTES) throw tooLarge(name, `the zip entry ${shown} is over 4 GB`);
    if (isPathLike(entry.filename))
      throw damaged(name, `the zip entry ${shown} has a name that leads outside`);
    if (seen.has(key)) throw damaged(name, `two zip entries have the name ${shown}`);
    seen.add(key);
    stored += entry.compressedSize;
  }
  // A copy of each would fill the disk, as one part unzipped never could.
  if (stored > fileSize) throw damaged(name, 'its zip entries overlap, or reach beyond the file');
}

function isPathLike(filename: string): boolean {
  return /^\/|^[a-z]:/i.test(filename) || filename.split('/').includes('..') || filename.includes('\0');
}

/** Part names are compared without regard to case (ECMA-376 part 2, 6.2.2.3). */
function partKey(part: string): string {
  return part.toLowerCase();
}
