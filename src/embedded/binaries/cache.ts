import { chmod, lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { sha256OfFile } from '../../files/sha256.ts';
import { platformKey } from './spec.ts';
import type { BinarySpec } from './spec.ts';
import { EmbeddedError } from '../errors.ts';

/**
 * Where binaries may be kept, best first. `HOME` may be empty or not writable (services, containers): then
 * the data folder, then a folder of this user's own below the system's temporary one.
 */
export function cacheFolders(env: NodeJS.ProcessEnv, dataDir?: string): string[] {
  const folders: string[] = [];
  const xdgCache = env['XDG_CACHE_HOME'] ?? '';
  const home = env['HOME'] ?? '';
  if (isAbsolute(xdgCache)) folders.push(join(xdgCache, 'tsuiseki'));
  if (isAbsolute(home)) folders.push(join(home, '.cache', 'tsuiseki'));
  if (dataDir !== undefined) folders.push(join(dataDir, 'cache'));
  folders.push(join(tmpdir(), `tsuiseki-cache-${process.getuid?.() ?? 'user'}`));
  return folders;
}

/**
 * What is in the cache lies in a folder whose name ends in the SHA-256 of the executable: one rename puts
 * both in place, so a reader sees all or nothing, and a damaged copy shows.
 */
function entryPrefix(spec: BinarySpec): string {
  return `${spec.name}-${spec.pipVersion}-${platformKey()}-`;
}

function executableName(spec: BinarySpec): string {
  return process.platform === 'win32' ? `${spec.name}.exe` : spec.name;
}

/** Anyone can make a folder below the temporary one: a binary is taken from a folder of ours only. */
async function isOurFolder(folder: string): Promise<boolean> {
  const uid = process.getuid?.();
  const stats = await lstat(folder).catch(() => undefined);
  if (stats === undefined || !stats.isDirectory()) return false;
  return uid === undefined || (stats.uid === uid && (stats.mode & 0o022) === 0);
}

/** A whole, undamaged copy from the first folder that has one. Damaged copies are removed. */
export async function findInCache(spec: BinarySpec, folders: readonly string[]): Promise<string | null> {
  const prefix = entryPrefix(spec);
  for (const folder of folders) {
    if (!(await isOurFolder(folder))) continue;
    const names = await readdir(folder);
    for (const name of names.filter((entry) => entry.startsWith(prefix))) {
      const file = join(folder, name, executableName(spec));
      const sha256 = await sha256OfFile(file).catch(() => undefined);
      if (sha256 === name.slice(prefix.length)) return file;
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
  return null;
}

/**
 * Puts an executable into the first folder that can be written to. `produce` writes it to the file it is
 * given. Safe with any number of processes at once.
 *
 * @throws EmbeddedError `NO_WRITABLE_FOLDER`, and whatever `produce` throws.
 */
export async function storeInCache(
  spec: BinarySpec,
  folders: readonly string[],
  produce: (file: string) => Promise<void>,
): Promise<string> {
  const { folder, staging } = await makeStaging(folders);
  try {
    const file = join(staging, executableName(spec));
    await produce(file);
    await chmod(file, 0o755);
    await chmod(staging, 0o755);
    const entry = join(folder, entryPrefix(spec) + (await sha256OfFile(file)));
    await rename(staging, entry).catch((error: unknown) => tolerateEqualEntry(error));
    return join(entry, executableName(spec));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Another process was first: its entry has the same name, hence the same content. */
function tolerateEqualEntry(error: unknown): void {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
}

async function makeStaging(folders: readonly string[]): Promise<{ folder: string; staging: string }> {
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (await isOurFolder(folder)) return { folder, staging: await mkdtemp(join(folder, '.fetching-')) };
    } catch {
      // Not writable: the next one.
    }
  }
  throw new EmbeddedError('NO_WRITABLE_FOLDER', `no folder to keep binaries in, tried ${folders.join(', ')}`);
}
