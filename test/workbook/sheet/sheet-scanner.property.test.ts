import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { FormulaScanner } from '../../../src/workbook/formulas/formula-scanner.ts';
import { RowLinks } from '../../../src/workbook/sheet/row-links.ts';
import { scanSheet } from '../../../src/workbook/sheet/sheet-scanner.ts';
import { wellFormed } from '../../../src/xml/well-formed.ts';
import { cutInto, someRows } from '../../support/workbook/some-rows.ts';

interface Seen {
  rows: unknown[];
  formulas: unknown[];
  problem: string;
}

/** What is seen of columns C and A, and of formulas, beside them where asked. */
async function seenIn(sheet: string, chunkSize: number, beside: boolean): Promise<Seen> {
  const seen: Seen = { rows: [], formulas: [], problem: '' };
  const formulas = new FormulaScanner({
    formula: (cell) => seen.formulas.push({ ...cell }),
    wantsPlain: (row) => row === 3,
  });
  const visitor = {
    row: (row: object) => seen.rows.push(structuredClone(row)),
    links: new RowLinks(1, []),
    beside: beside ? formulas : null,
  };
  try {
    await scanSheet(cutInto(chunkSize, sheet), [3, 1], visitor);
  } catch (error) {
    seen.problem = String(error);
  }
  return seen;
}

/** Of what is not, some is taken for what it seems to be. */
async function isWellFormed(sheet: string): Promise<boolean> {
  const visitor = { passOver: (_depth: number, _bytes: Buffer, at: number) => at, open: () => undefined };
  try {
    for await (const chunk of wellFormed(cutInto(sheet.length * 2, sheet), visitor))
      expect(chunk.length).toBe(Buffer.byteLength(sheet));
    return true;
  } catch {
    return false;
  }
}

it('rows and formulas are the same however the sheet is cut, at once or token by token', async () => {
  const counts = { sound: 0, formulas: 0 };
  await fc.assert(
    fc.asyncProperty(someRows, fc.integer({ min: 1, max: 400 }), fc.boolean(), async (rows, size, beside) => {
      // Behind the rows stands enough that the last cell is not at the end of a window.
      const sheet = `<worksheet><sheetData>${rows}</sheetData><cols>${'<col/>'.repeat(20)}</cols></worksheet>`;
      fc.pre(await isWellFormed(sheet));
      // Windows of a byte hold no plain cell whole.
      const expected = await seenIn(sheet, 1, beside);
      expect(await seenIn(sheet, size, beside)).toEqual(expected);
      expect(await seenIn(sheet, sheet.length, beside)).toEqual(expected);
      if (expected.problem === '') counts.sound++;
      counts.formulas += expected.formulas.length;
    }),
    { numRuns: 1500 },
  );
  expect(counts.sound).toBeGreaterThan(150);
  expect(counts.formulas).toBeGreaterThan(50);
});
