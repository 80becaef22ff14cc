import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { SheetOrder } from '../../../src/workbook/sheet/sheet-order.ts';
import { wellFormed } from '../../../src/xml/well-formed.ts';
import type { ElementVisitor } from '../../../src/xml/well-formed.ts';
import { cutInto, someRows } from '../../support/workbook/some-rows.ts';

/** Told every cell, plain or not. */
class SlowOrder extends SheetOrder {
  override passOver(_depth: number, _bytes: Buffer, at: number): number {
    return at;
  }
}

/** What is said of the sheet; '' where it passes. */
async function verdict(sheet: string, chunkSize: number, visitor: ElementVisitor): Promise<string> {
  try {
    for await (const chunk of wellFormed(cutInto(chunkSize, sheet), visitor))
      expect(chunk.length).toBeGreaterThan(0);
    return '';
  } catch (error) {
    return String(error);
  }
}

it('cells that are passed over at once are judged as one by one, however the sheet is cut', async () => {
  const verdicts = { passed: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(someRows, fc.integer({ min: 1, max: 400 }), async (all, chunkSize) => {
      const sheet = `<worksheet><sheetData>${all}</sheetData></worksheet>`;
      const expected = await verdict(sheet, sheet.length, new SlowOrder());
      expect(await verdict(sheet, chunkSize, new SheetOrder())).toBe(expected);
      verdicts[expected === '' ? 'passed' : 'refused']++;
    }),
    { numRuns: 3000 },
  );
  expect(verdicts.passed).toBeGreaterThan(300);
  expect(verdicts.refused).toBeGreaterThan(300);
});
