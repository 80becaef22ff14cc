import type { FileHandle } from 'node:fs/promises';

import type { ArchiveEntry } from './archive.ts';

/** Record layouts of APPNOTE.TXT 6.3.10, 4.3.7 (local header), 4.3.12 (central header) and 4.3.16 (end record). */
const LOCAL_HEADER_BYTES = 30;
const CENTRAL_HEADER_BYTES = 46;
const END_RECORD_BYTES = 22;
/** Flag: sizes and checksum stand behind the data. Never so here, since they are known before. */
const DATA_DESCRIPTOR_FLAG = 0x0008;
/** Extra field of large sizes, which no entry within the limits needs. */
const ZIP64_EXTRA = 0x0001;
/** The version needed to unzip a deflated entry (4.4.3.2); a stored one that is patched may name a lower one. */
const DEFLATE_VERSION = 20;
const COPY_BYTES = 256 * 1024;

/** The bytes of an entry as they are stored. */
export interface StoredData {
  file: FileHandle;
  offset: number;
  size: number;
  compressionMethod: number;
  uncompressedSize: number;
  crc32: number;
}

/**
 * Writes a zip entry by entry, each under its old name, flags, date, attributes and extra fields. Takes bytes as they
 * are stored; compresses nothing. For archives below 4 GB and 65,536 entries.
 */
export class StoredZipWriter {
  readonly #target: FileHandle;
  readonly #central: Buffer[] = [];
  #position = 0;

  constructor(target: FileHandle) {
    this.#target = target;
  }

  /** @param localExtra the extra fields of the entry's local header; those of the directory may differ */
  async add(entry: ArchiveEntry, data: StoredData, localExtra: Buffer): Promise<void> {
    const offset = this.#position;
    const name = Buffer.from(entry.rawFilename);
    const extra = withoutZip64(localExtra);
    const local = Buffer.alloc(LOCAL_HEADER_BYTES);
    local.writeUInt32LE(0x04034b50, 0);
    writeCommonFields(local, 4, entry, data);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    await this.#write(Buffer.concat([local, name, extra]));
    await this.#copy(data);

    const centralExtra = withoutZip64(Buffer.from(entry.rawExtraField));
    const comment = Buffer.from(entry.rawComment);
    const central = Buffer.alloc(CENTRAL_HEADER_BYTES);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(entry.versionMadeBy & 0xffff, 4);
    writeCommonFields(central, 6, entry, data);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(centralExtra.length, 30);
    central.writeUInt16LE(comment.length, 32);
    central.writeUInt16LE(entry.internalFileAttributes & 0xffff, 36);
    central.writeUInt32LE(entry.externalFileAttributes >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    this.#central.push(central, name, centralExtra, comment);
  }

  /** Writes the directory. The file is neither synced nor closed. */
  async finish(entryCount: number, comment: Uint8Array): Promise<void> {
    const directory = Buffer.concat(this.#central);
    const end = Buffer.alloc(END_RECORD_BYTES);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(entryCount, 8);
    end.writeUInt16LE(entryCount, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(this.#position, 16);
    end.writeUInt16LE(comment.length, 20);
    await this.#write(Buffer.concat([directory, end, comment]));
  }

  async #copy({ file, offset, size }: StoredData): Promise<void> {
    const buffer = Buffer.allocUnsafe(Math.min(size, COPY_BYTES));
    let copied = 0;
    while (copied < size) {
      const { bytesRead } = await file.read(
        buffer,
        0,
        Math.min(buffer.length, size - copied),
        offset + copied,
      );
      if (bytesRead === 0) throw new RangeError('a zip entry ends before its size');
      await this.#write(buffer.subarray(0, bytesRead));
      copied += bytesRead;
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await this.#target.write(
        bytes,
        written,
        bytes.length - written,
        this.#position,
      );
      written += bytesWritten;
      this.#position += bytesWritten;
    }
  }
}

/** From "version needed" to "uncompressed size", the same in both headers. */
function writeCommonFields(header: Buffer, at: number, entry: ArchiveEntry, data: StoredData): void {
  const sameMethod = data.compressionMethod === entry.compressionMethod;
  header.writeUInt16LE((sameMethod ? entry.version : Math.max(entry.version, DEFLATE_VERSION)) & 0xffff, at);
  header.writeUInt16LE(flagsOf(entry) & ~DATA_DESCRIPTOR_FLAG, at + 2);
  header.writeUInt16LE(data.compressionMethod, at + 4);
  header.writeUInt32LE(Number(entry.rawLastModDate) >>> 0, at + 6);
  header.writeUInt32LE(data.crc32 >>> 0, at + 10);
  header.writeUInt32LE(data.size, at + 14);
  header.writeUInt32LE(data.uncompressedSize, at + 18);
}

/** Bits 1 and 2 tell how hard the data was compressed, bit 11 that the name is UTF-8. */
function flagsOf(entry: ArchiveEntry): number {
  const { level = 0, languageEncodingFlag = false } = entry.bitFlag ?? {};
  return ((level & 3) << 1) | (languageEncodingFlag ? 0x0800 : 0);
}

function withoutZip64(extra: Buffer): Buffer {
  const kept: Buffer[] = [];
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) !== ZIP64_EXTRA) kept.push(extra.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}
