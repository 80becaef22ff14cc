import { writeFile } from 'node:fs/promises';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';

export interface ZipPart {
  name: string;
  data: Buffer | string;
  /** Stored as it is instead of deflated. */
  stored?: boolean;
  /** General purpose flags, e.g. 1 for an encrypted entry. */
  flags?: number;
  /** Sizes and checksum behind the data, as streaming writers leave them. */
  descriptor?: boolean;
  /** Said in the headers instead of the truth. */
  claimedSize?: number;
  /** Sizes in an extra field for large ones, as writers that do not know them beforehand leave them. */
  zip64?: boolean;
  /** A further extra field. */
  extra?: Buffer;
  comment?: string;
  /** File attributes of the system that wrote it. */
  attributes?: number;
}

/** Writes a zip that may be as odd as a test wants: names twice, paths that lead outside, wrong sizes. */
export async function writeZip(path: string, parts: readonly ZipPart[]): Promise<void> {
  await writeFile(path, zipBytes(parts));
}

export function zipBytes(parts: readonly ZipPart[], zipComment = ''): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const data = Buffer.from(part.data as string);
    const stored = part.stored === true ? data : deflateRawSync(data);
    const name = Buffer.from(part.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE((part.flags ?? 0) | (part.descriptor === true ? 8 : 0) | 0x0800, 2);
    common.writeUInt16LE(part.stored === true ? 0 : 8, 4);
    common.writeUInt32LE(0x5c21_6000, 6);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(stored.length, 14);
    common.writeUInt32LE(part.claimedSize ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    let extra = part.extra ?? Buffer.alloc(0);
    if (part.zip64 === true) {
      const field = Buffer.alloc(20);
      field.writeUInt16LE(1, 0);
      field.writeUInt16LE(16, 2);
      field.writeBigUInt64LE(BigInt(data.length), 4);
      field.writeBigUInt64LE(BigInt(stored.length), 12);
      common.fill(0xff, 14, 22);
      extra = Buffer.concat([field, extra]);
    }
    common.writeUInt16LE(extra.length, 24);
    const inLocal = Buffer.from(common);
    const behind: Buffer[] = [];
    if (part.descriptor === true) {
      inLocal.fill(0, 10, 22);
      const descriptor = Buffer.alloc(16);
      descriptor.writeUInt32LE(0x08074b50, 0);
      common.copy(descriptor, 4, 10, 22);
      behind.push(descriptor);
    }
    const entry = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      inLocal,
      name,
      extra,
      stored,
      ...behind,
    ]);
    const comment = Buffer.from(part.comment ?? '');
    const tail = Buffer.alloc(14);
    tail.writeUInt16LE(comment.length, 0);
    tail.writeUInt32LE(part.attributes ?? 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name, extra, comment);
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const behind = Buffer.from(zipComment);
  const end = Buffer.alloc(22);
  end.writeUInt16LE(behind.length, 20);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end, behind]);
}

/** Every entry's unzipped bytes by name, in the order of the directory; by a reader of the tests' own. */
export async function unzip(path: string): Promise<Map<string, Buffer>> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const count = bytes.readUInt16LE(end + 10);
  const parts = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    );
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength!);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    const unzipped = bytes.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data);
    if (crc32(unzipped) !== bytes.readUInt32LE(at + 16)) throw new Error(`${name}: wrong checksum`);
    if (parts.has(name)) throw new Error(`${name}: twice`);
    parts.set(name, unzipped);
    at += 46 + nameLength! + extraLength! + commentLength!;
  }
  return parts;
}
