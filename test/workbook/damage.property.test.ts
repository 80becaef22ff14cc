import { access, readFile, rm, writeFile } from 'node:fs/promises';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { WorkbookError } from '../../src/workbook/types.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { unzip, zipBytes } from '../support/workbook/zip-file.ts';

const { path } = testFolder();
const columns = { ...COLUMNS, status: 'G' };

type Damage = (bytes: Buffer) => Buffer;

/** A byte changed, some lost, some twice. */
const someDamage: fc.Arbitrary<Damage> = fc
  .tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom('changed', 'lost', 'twice'))
  .map(([place, value, kind]) => (bytes: Buffer) => {
    const at = place % bytes.length;
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind === 'changed') return Buffer.concat([head, Buffer.of(tail[0]! ^ value), tail.subarray(1)]);
    return Buffer.concat([
      head,
      kind === 'lost' ? tail.subarray(value) : bytes.subarray(Math.max(0, at - value)),
    ]);
  });

function damagedBy(all: readonly Damage[], bytes: Buffer): Buffer {
  return all.reduce<Buffer>((left, damage) => damage(left), bytes);
}

/** Reading and patching end well, or with one line for people, and leave the workbook as it was. */
async function survives(damaged: Buffer, source: string): Promise<void> {
  const [file, target] = [path('damaged.xlsx'), path('target.xlsx')];
  await writeFile(file, damaged);
  const { rows } = await readWorkbook(source, { columns });
  const edits = rows.map((row) => editOf(row, '完了｜｜｜', { status: '完了' }));
  for (const attempt of [
    () => readWorkbook(file, { columns }),
    () => patchWorkbook(file, target, { columns, edits }),
  ]) {
    const error: unknown = await attempt().then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error !== null) expect(error).toBeInstanceOf(WorkbookError);
    if (error instanceof WorkbookError) expect(error.message).toMatch(/^damaged\.xlsx [^\n\r]{1,500}$/);
  }
  expect((await readFile(file)).equals(damaged)).toBe(true);
  await expect(access(`${target}.part`)).rejects.toThrow('ENOENT');
  await rm(target, { force: true });
}

describe.each(['rich.xlsm', 'openpyxl.xlsx', 'libreoffice.xlsx'])('%s', (name) => {
  const source = `test/fixtures/workbooks/${name}`;
  const damages = fc.array(someDamage, { minLength: 1, maxLength: 3 });

  it('damaged as a file', async () => {
    const bytes = await readFile(source);
    const property = fc.asyncProperty(damages, (all) => survives(damagedBy(all, bytes), source));
    await fc.assert(property, { seed: 20_260_116, numRuns: 40 });
  });

  it('damaged in the XML of a part that is read', async () => {
    const parts = await unzip(source);
    const read = [...parts.keys()].filter((part) =>
      /(?:rels|workbook|sheet\d|styles|Strings|table\d)(?:\.xml)?$/.test(part),
    );
    const property = fc.asyncProperty(fc.constantFrom(...read), damages, (part, all) => {
      const damaged = new Map(parts);
      damaged.set(part, damagedBy(all, parts.get(part)!));
      return survives(zipBytes([...damaged].map(([partName, data]) => ({ name: partName, data }))), source);
    });
    await fc.assert(property, { seed: 20_260_116, numRuns: 40 });
  });
});
