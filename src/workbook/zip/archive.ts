import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import {
  ERR_OVERLAPPING_ENTRY,
  ERR_UNSAFE_FILENAME,
  ZipReader,
} from '@zip.js/zip.js/dist/zip-core-external.js';
import type { ZipWriter } from '@zip.js/zip.js/dist/zip-core-external.js';

import { errorMessage } from '../../errors.ts';
import { utf8Chunks } from '../../xml/utf8-chunks.ts';
import { damaged, mebibytes, notAWorkbook, tooLarge } from '../failure.ts';
import type { WorkbookLimits } from '../limits.ts';
import { openDecrypted } from './default-password.ts';
import { checkEntries, overlapping, partKey } from './entry.ts';
import type { ArchiveEntry } from './entry.ts';
import { FileHandleReader } from './file-handle-reader.ts';
import { inflatePart } from './inflate-part.ts';
import { sniff } from './sniff.ts';

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x04034b50;

const READER_OPTIONS = {
  useWebWorkers: false,
  // Backslashes and leading slashes, against APPNOTE.TXT 6.3.10, 4.4.17.1, as some writers have them; Excel reads them.
  normalizeFilename: (filename: string) => filename.replaceAll('\\', '/').replace(/^\/+/, ''),
};

interface ZipDirectory {
  /** All entries, folders included, in the order of the zip's directory. */
  entries: readonly ArchiveEntry[];
  /** The zip's own comment. */
  comment: Uint8Array;
}

/** An opened .xlsx or .xlsm: a zip whose entries are looked at, and refused, before anything of them is unzipped. */
export class Archive implements ZipDirectory {
  /** As messages name it. */
  readonly name: string;
  readonly limits: WorkbookLimits;
  readonly entries: readonly ArchiveEntry[];
  readonly comment: Uint8Array;
  /** With Excel's default password; what is written of it is not. */
  readonly wasEncrypted: boolean;
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  readonly #parts: ReadonlyMap<string, ArchiveEntry>;
  readonly #encodings = new Map<string, string>();
  readonly #sound = new Set<string>();

  private constructor(
    name: string,
    limits: WorkbookLimits,
    file: FileHandle,
    fileBytes: number,
    { entries, comment }: ZipDirectory,
    wasEncrypted: boolean,
  ) {
    this.name = name;
    this.limits = limits;
    this.entries = entries;
    this.comment = comment;
    this.wasEncrypted = wasEncrypted;
    this.#file = file;
    this.#fileBytes = fileBytes;
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
      if (otherKind !== null && otherKind.code !== 'WORKBOOK_ENCRYPTED') throw otherKind;
      if (size > limits.maxFileBytes) {
        throw tooLarge(name, `${mebibytes(size)}, where ${mebibytes(limits.maxFileBytes)} are allowed`);
      }
      if (otherKind === null) return await Archive.#ofZip(file, name, limits, false);
      const decrypted = await openDecrypted(path, file, size, otherKind);
      await file.close();
      return await Archive.#ofZip(decrypted, name, limits, true);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  static async #ofZip(
    file: FileHandle,
    name: string,
    limits: WorkbookLimits,
    wasEncrypted: boolean,
  ): Promise<Archive> {
    try {
      const { size } = await file.stat();
      const directory = await readDirectory(file, size, name);
      checkEntries(directory.entries, size, name, limits);
      return new Archive(name, limits, file, size, directory, wasEncrypted);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  has(part: string): boolean {
    return this.#parts.has(partKey(part));
  }

  /** @throws {WorkbookError} `WORKBOOK_DAMAGED` when there is none */
  entry(part: string): ArchiveEntry {
    const entry = this.#parts.get(partKey(part));
    if (entry === undefined) throw damaged(this.name, `the part ${part} is missing`);
    return entry;
  }

  /**
   * The bytes of a part that is XML, as UTF-8, unzipped chunk by chunk within the limits, size and checksum verified at
   * the end.
   */
  async *chunks(part: string): AsyncGenerator<Buffer> {
    const entry = this.entry(part);
    if (entry.uncompressedSize > this.limits.maxPartBytes) {
      const allowed = mebibytes(this.limits.maxPartBytes);
      throw tooLarge(
        this.name,
        `${part} unzips to ${mebibytes(entry.uncompressedSize)}, where ${allowed} are allowed`,
      );
    }
    const bytes = inflatePart(this.#file, await this.#dataOffset(entry), entry, this.name, this.limits);
    yield* utf8Chunks(bytes, (encoding) => this.#encodings.set(partKey(part), encoding));
    this.#sound.add(partKey(part));
  }

  /** Whether the part has been read to its end before, its size and checksum right. */
  isSound(part: string): boolean {
    return this.#sound.has(partKey(part));
  }

  /** The encoding, other than UTF-8, that a part was found to have when its chunks were read; else null. */
  encodingOf(part: string): string | null {
    return this.#encodings.get(partKey(part)) ?? null;
  }

  /**
   * Appends entries of this archive to the zip, headers and bytes as they are stored.
   *
   * @throws {WorkbookError} `WORKBOOK_DAMAGED` when one is not where the directory says, or runs into another
   */
  async copyTo(zip: ZipWriter<unknown>, entries: readonly ArchiveEntry[]): Promise<void> {
    const filenames = new Set(entries.map(({ filename }) => filename));
    for (const entry of entries) await this.#dataOffset(entry);
    try {
      await zip.appendZip(new FileHandleReader(this.#file, this.#fileBytes), {
        readerOptions: READER_OPTIONS,
        filter: ({ filename }) => filenames.has(filename),
      });
    } catch (error) {
      if (errorMessage(error) === ERR_OVERLAPPING_ENTRY) throw overlapping(this.name, error);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #dataOffset(entry: ArchiveEntry): Promise<number> {
    const header = Buffer.alloc(LOCAL_HEADER_BYTES);
    const { bytesRead } = await this.#file.read(header, 0, LOCAL_HEADER_BYTES, entry.offset);
    if (bytesRead < LOCAL_HEADER_BYTES || header.readUInt32LE(0) !== LOCAL_HEADER_SIGNATURE) {
      throw damaged(this.name, `the zip entry ${entry.filename} is not where the directory says`);
    }
    const offset = entry.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (offset + entry.compressedSize > this.#fileBytes)
      throw damaged(this.name, `the zip entry ${entry.filename} reaches beyond the file`);
    return offset;
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw notAWorkbook(name, `cannot be opened: ${errorMessage(error)}`, error);
  }
}

async function readDirectory(file: FileHandle, fileBytes: number, name: string): Promise<ZipDirectory> {
  const reader = new ZipReader(new FileHandleReader(file, fileBytes), READER_OPTIONS);
  try {
    // Folders share the entries' shape but for their data; none has any.
    const entries = (await reader.getEntries()) as ArchiveEntry[];
    return { entries, comment: reader.comment };
  } catch (error) {
    const why = errorMessage(error);
    if (why === ERR_UNSAFE_FILENAME) throw damaged(name, 'a zip entry has a name that leads outside', error);
    throw damaged(name, `the zip file is cut short or broken (${why})`, error);
  }
}
