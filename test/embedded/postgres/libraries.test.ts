import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { postgresBinaries } from '../../../src/embedded/postgres/binaries.ts';
import { linkLibraries } from '../../../src/embedded/postgres/libraries.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-libraries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.skipIf(process.platform === 'win32')('PostgreSQL runs although npm ran no install scripts', async () => {
  const { postgres } = await postgresBinaries(null);
  const native = join(folder, 'native');
  // As the package is unpacked: without links.
  cpSync(dirname(dirname(postgres)), native, {
    recursive: true,
    filter: (file) => !lstatSync(file).isSymbolicLink() && !file.endsWith('.a') && !file.endsWith('share'),
  });
  const version = () =>
    execFileSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  expect(version).toThrow(/shared librar|Library not loaded/);
  await Promise.all([linkLibraries(native), linkLibraries(native)]);
  await linkLibraries(native);
  expect(version()).toMatch(/^postgres \(PostgreSQL\) 18/);
});

it('a link that cannot be made is told with what to do', async () => {
  const native = join(folder, 'closed');
  mkdirSync(native);
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' }];
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  await expect(linkLibraries(native)).rejects.toMatchObject({
    code: 'NO_WRITABLE_FOLDER',
    message: expect.stringContaining('start once as the owner of that folder, or set DATABASE_URL'),
  });
});
