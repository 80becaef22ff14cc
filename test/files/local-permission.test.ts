import { execFile } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { builtFile } from '../../src/paths.ts';
import { folders, textOf } from '../support/files/local-folders.ts';

const { workbook, copy, names } = folders();

/** The code of an ordinary user's failure, if this is one, and otherwise what came of it. */
interface Result {
  download?: string;
  replace?: string;
}

/**
 * Downloads and replaces in a process that is an ordinary user's even where the tests run as root, who may do
 * anything: there it becomes nobody (65534) once the module is loaded, which nobody may not be able to read.
 */
async function asOrdinaryUser(): Promise<Result> {
  const code = `
    import { stat } from 'node:fs/promises';
    const [module, path, local] = process.argv.slice(1);
    const { LocalFiles } = await import(module);
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
    const files = new LocalFiles();
    const outcome = (work) => work.then(() => 'done', (error) => error.code + ': ' + error.message.replace(path, 'it'));
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    console.log(JSON.stringify({
      download: await outcome(files.download(path, local + '.copy')),
      replace: await outcome(files.replace(path, local, { etag: size + '-' + mtimeNs + '-' + ino })),
    }));`;
  const module = pathToFileURL(builtFile('src/files/local.js')).href;
  const args = ['--input-type=module', '-e', code, '--', module, workbook(), copy()];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Result;
}

const FORBIDDEN = 'FILE_FORBIDDEN: it may not be read or written by this user';

/** Modes that let anyone in, so that only what a test takes away is missing. */
async function openToAll(): Promise<void> {
  await chmod(dirname(workbook()), 0o777);
  await chmod(dirname(copy()), 0o777);
  await chmod(workbook(), 0o666);
}

it('a file and folder that are open can be used', async () => {
  await openToAll();
  expect(await asOrdinaryUser()).toEqual({ download: 'done', replace: 'done' });
  expect(await textOf(workbook())).toBe('new');
  expect((await stat(workbook())).mode & 0o777).toBe(0o666);
});

it('a file that is read-only is not replaced, although its folder would allow it', async () => {
  await openToAll();
  await chmod(workbook(), 0o444);
  expect(await asOrdinaryUser()).toEqual({ download: 'done', replace: FORBIDDEN });
  expect(await textOf(workbook())).toBe('old');
  expect(await names()).toEqual(['荷物.xlsx']);
});

it('a file in a folder that is read-only is not replaced', async () => {
  await openToAll();
  await chmod(dirname(workbook()), 0o555);
  expect(await asOrdinaryUser()).toEqual({ download: 'done', replace: FORBIDDEN });
  await chmod(dirname(workbook()), 0o777);
  expect(await textOf(workbook())).toBe('old');
  expect(await names()).toEqual(['荷物.xlsx']);
});

it('a file that cannot be read is not downloaded', async () => {
  await openToAll();
  await chmod(workbook(), 0o222);
  expect((await asOrdinaryUser()).download).toBe(FORBIDDEN);
});

it('a file in a folder that cannot be listed is replaced all the same', async () => {
  await openToAll();
  await chmod(dirname(workbook()), 0o333);
  expect(await asOrdinaryUser()).toEqual({ download: 'done', replace: 'done' });
  await chmod(dirname(workbook()), 0o777);
  expect(await textOf(workbook())).toBe('new');
});
