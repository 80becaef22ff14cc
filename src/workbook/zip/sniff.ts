import type { FileHandle } from 'node:fs/promises';

import { encrypted, notAWorkbook, rightsManaged } from '../failure.ts';
import type { WorkbookError } from '../types.ts';

const HEAD_BYTES = 4096;
/** Compound File Binary, the container of .xls and of encrypted workbooks ([MS-CFB] 2.2). */
const CFB_SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const CFB_HEADER_BYTES = 512;
/** Its directory fits here unless the file is a forgery. */
const CFB_DIRECTORY_BYTES = 16 * 1024;

/**
 * What a file is that does not begin as a zip does, told by its first bytes.
 *
 * @returns null for a zip
 */
export async function sniff(file: FileHandle, size: number, name: string): Promise<WorkbookError | null> {
  if (size === 0) return notAWorkbook(name, 'is empty: a file of 0 bytes');
  const head = await readAt(file, 0, HEAD_BYTES);
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return null;
  if (head.subarray(0, 4).equals(Buffer.from('PK\x05\x06', 'latin1'))) {
    return notAWorkbook(name, 'is no workbook: a zip file without anything in it');
  }
  if (head.subarray(0, 8).equals(CFB_SIGNATURE)) return compoundFile(file, head, name);
  return notAWorkbook(name, `is no workbook: ${kindOfText(head)}`);
}

async function compoundFile(file: FileHandle, head: Buffer, name: string): Promise<WorkbookError> {
  if (head.length < CFB_HEADER_BYTES) return oldOffice(name);
  const sectorSize = 2 ** Math.min(head.readUInt16LE(0x1e), 16);
  const directorySector = head.readUInt32LE(0x30);
  const directory = await readAt(file, (directorySector + 1) * sectorSize, CFB_DIRECTORY_BYTES);
  const names = directory.toString('utf16le');
  if (names.includes('DRMEncrypted')) return rightsManaged(name);
  if (names.includes('EncryptedPackage')) return encrypted(name);
  if (names.includes('Workbook') || names.includes('Book')) {
    return notAWorkbook(name, 'is an old .xls workbook: save it as .xlsx');
  }
  return oldOffice(name);
}

function oldOffice(name: string): WorkbookError {
  return notAWorkbook(name, 'is an old Office file (.xls or the like): save it as .xlsx');
}

function kindOfText(head: Buffer): string {
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^<(?:!doctype\s+html|html|head|body|table|meta)\b/i.test(text) || /<html\b/i.test(text))
    return 'it is an HTML page';
  if (/urn:schemas-microsoft-com:office:spreadsheet/.test(text))
    return 'it is an XML spreadsheet of 2003: save it as .xlsx';
  if (text.startsWith('<')) return 'it is an XML text';
  if (head.includes(0)) return 'it does not begin as a zip file does';
  return 'it is a plain text, perhaps CSV: save it as .xlsx';
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
