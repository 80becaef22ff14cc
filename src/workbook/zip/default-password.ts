import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import type { WorkbookError } from '../types.ts';

/** What Excel encrypts with where nobody set a password, as for a protected workbook, and tries before it asks. */
const DEFAULT_PASSWORD = 'VelvetSweatshop';
/** More is forbidden ([MS-OFFCRYPTO] 2.3.4.10) and would take minutes to hours; Excel writes 100,000. */
const MAX_SPIN_COUNT = 10_000_000;
const SPIN_COUNT = /^spinCount\s*=\s*["']([^"']*)["']/;

/**
 * Decrypts a workbook that Excel encrypted with its default password. The bytes lie in a file without a name, on the
 * same disk, which is gone once it is closed, however this process ends.
 *
 * @param refusal thrown where the password is another one, or the file cannot be understood
 */
export async function openDecrypted(
  path: string,
  file: FileHandle,
  size: number,
  refusal: WorkbookError,
): Promise<FileHandle> {
  const encrypted = Buffer.alloc(size);
  await file.read(encrypted, 0, size, 0);
  if (!spinsInTime(encrypted)) throw refusal;
  return nameless(await decrypted(encrypted, refusal), `${path}.${randomUUID()}`);
}

/** The XML that says it lies somewhere in the compound file, in one piece in all but forgeries. */
function spinsInTime(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('spinCount'); at >= 0; at = bytes.indexOf('spinCount', at + 1)) {
    const [, count] = SPIN_COUNT.exec(bytes.toString('latin1', at, at + 64)) ?? [];
    // As the library takes it: also `9e9`.
    if (!(Number(count) <= MAX_SPIN_COUNT)) return false;
  }
  return true;
}

async function decrypted(bytes: Buffer, refusal: WorkbookError): Promise<Buffer> {
  const { default: officeCrypto } = await import('officecrypto-tool');
  try {
    const workbook = await officeCrypto.decrypt(bytes, { password: DEFAULT_PASSWORD });
    // What it does not take for encrypted comes back as it is.
    if (workbook.toString('latin1', 0, 2) === 'PK') return workbook;
  } catch (cause) {
    refusal.cause = cause;
  }
  throw refusal;
}

async function nameless(bytes: Buffer, path: string): Promise<FileHandle> {
  const file = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    await file.writeFile(bytes);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
