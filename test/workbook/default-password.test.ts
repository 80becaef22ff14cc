import { readdir, readFile, writeFile } from 'node:fs/promises';

import officeCrypto from 'officecrypto-tool';
import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { casePath, patchFile, readCase } from '../support/workbook/cases.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { rawParts } from '../support/workbook/raw-workbook.ts';
import { expectRefused } from '../support/workbook/refused.ts';
import { unzip, zipBytes } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const WORKBOOK = zipBytes(rawParts({ rows: '<row r="2"><c r="A2" t="str"><v>W1</v></c></row>' }));
const REFUSAL = 'is encrypted: remove its password and save it again';

async function encrypted(password: string, type?: 'standard'): Promise<string> {
  const source = path('encrypted.xlsx');
  await writeFile(source, officeCrypto.encrypt(WORKBOOK, { password, ...(type && { type }) }));
  return source;
}

describe("a workbook encrypted with Excel's default password, which nobody set", () => {
  it('is read, with a warning', async () => {
    const [{ rows, warnings }, plain] = [await readCase('default-password'), await readCase('openpyxl')];
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(plain.rows);
    expect(warnings).toEqual([
      ...plain.warnings,
      'the workbook is encrypted with the password that Excel uses by itself: it is written back unencrypted',
    ]);
  });

  it('is written back unencrypted, every other part as it was, which a note tells', async () => {
    const { notes, path: patched } = await patchFile(casePath('default-password'), folder(), { 2: '完了' });
    expect(notes).toEqual([
      'the workbook was encrypted with the password that Excel uses by itself; it no longer is',
    ]);
    const [before, after] = [await unzip(casePath('openpyxl')), await unzip(patched)];
    const changed = [...before].filter(([name, bytes]) => !after.get(name)!.equals(bytes));
    expect(changed.map(([name]) => name)).toEqual(['xl/worksheets/sheet1.xml']);
    expect((await readWorkbook(patched, { columns: COLUMNS })).rows[0]).toMatchObject({ result: '完了' });
  });

  it('stays as it is where nothing is written', async () => {
    const [source, target] = [casePath('default-password'), path('same.xlsx')];
    await patchWorkbook(source, target, { columns: COLUMNS, edits: [] });
    expect((await readFile(target)).equals(await readFile(source))).toBe(true);
  });

  it.each([undefined, 'standard'] as const)('may be encrypted in the older way: %s', async (type) => {
    const source = await encrypted('VelvetSweatshop', type);
    expect((await readWorkbook(source, { columns: COLUMNS })).rows).toMatchObject([{ input: 'W1' }]);
  });

  it('leaves nothing decrypted behind', async () => {
    const source = await encrypted('VelvetSweatshop');
    const before = await readdir(folder());
    await readWorkbook(source, { columns: COLUMNS });
    expect(await readdir(folder())).toEqual(before);
  });
});

describe('refused as encrypted is', () => {
  it.each([undefined, 'standard'] as const)('any other password: %s', async (type) => {
    await expectRefused(folder(), await encrypted('geheim', type), 'WORKBOOK_ENCRYPTED', REFUSAL);
  });

  it('a file that would keep us busy for days: a spin count of billions', async () => {
    const bytes = await readFile(await encrypted('VelvetSweatshop'));
    const at = bytes.indexOf('spinCount="100000"');
    expect(at).toBeGreaterThan(0);
    for (const count of ['99999999', '9e9', '0x7fffff0', '&#57;']) {
      bytes.write(`spinCount="${count}"`.padEnd(20), at, 'latin1');
      const source = path('spins.xlsx');
      await writeFile(source, bytes);
      await expectRefused(folder(), source, 'WORKBOOK_ENCRYPTED', REFUSAL);
    }
  });

  it('a file that is cut short or scrambled', async () => {
    const bytes = await readFile(casePath('default-password'));
    for (const length of [1024, bytes.length - 700]) {
      const source = path('cut.xlsx');
      await writeFile(source, bytes.subarray(0, length));
      await expect(readWorkbook(source, { columns: COLUMNS })).rejects.toThrow(/^cut\.xlsx is /);
    }
    // Deriving the key takes half a second.
    for (let at = 512; at < bytes.length; at += 3072) {
      const scrambled = Buffer.from(bytes);
      scrambled.fill(0x5a, at, at + 64);
      const source = path('scrambled.xlsx');
      await writeFile(source, scrambled);
      const found: unknown = await readWorkbook(source, { columns: COLUMNS }).catch(
        (reason: unknown) => reason,
      );
      // What no sector uses may hold anything.
      if (found instanceof Error) expect(found).toMatchObject({ name: 'WorkbookError' });
      else expect(found).toEqual(await readCase('default-password'));
    }
  });
});

it('a file that is too large is not decrypted', async () => {
  const limits = { maxFileBytes: 1000 };
  const what = /is too large: 1 MB, where 1 MB are allowed/;
  await expectRefused(folder(), casePath('default-password'), 'WORKBOOK_TOO_LARGE', what, limits);
});
