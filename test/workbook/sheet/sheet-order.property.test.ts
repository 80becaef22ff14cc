import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { SheetOrder } from '../../../src/workbook/sheet/sheet-order.ts';
import { wellFormed } from '../../../src/xml/well-formed.ts';
import type { ElementVisitor } from '../../../src/xml/well-formed.ts';

/** Told every cell, plain or not. */
class SlowOrder extends SheetOrder {
  override passOver(_depth: number, _bytes: Buffer, at: number): number {
    return at;
  }
}

/** What is said of the sheet; '' where it passes. */
async function verdict(sheet: string, chunkSize: number, visitor: ElementVisitor): Promise<string> {
  const bytes = Buffer.from(sheet);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  try {
    for await (const chunk of wellFormed(chunks(), visitor)) expect(chunk.length).toBeGreaterThan(0);
    return '';
  } catch (error) {
    return String(error);
  }
}

const attribute = fc.constantFrom(
  ...[
    ' s="1"',
    ' t="s"',
    ' t="inlineStr"',
    ' s="12345678901234"',
    " s='1'",
    ' s="1" s="1"',
    ' t="a&b"',
    ' r="B1"',
  ],
  ...[' s="1" t="n"', ' t="n" s="1"', ' s=1', '  s="1"', ' s="<"', ' vm="1"', ' '],
);
const reference = fc.constantFrom(
  ...[
    ' r="A1"',
    ' r="B1"',
    ' r="C1"',
    ' r="Z1"',
    ' r="AA1"',
    ' r="XFD1048576"',
    ' r="AAAA1"',
    ' r="b1"',
    ' r="1"',
  ],
  ...[" r='D1'", ' r="D12345678901"', ' r=""', ''],
);
const content = fc.constantFrom(
  ...[
    '/>',
    '></c>',
    '><v>1</v></c>',
    '><v></v></c>',
    '><v>a&amp;b</v></c>',
    '><v>&b</v></c>',
    '><v>]]&gt;</v></c>',
  ],
  ...[
    '><v>1</v>',
    '><v>1</c>',
    '><v>1</v></d>',
    '><v/></c>',
    '><f>A1</f><v>1</v></c>',
    '><v>荷</v></c >',
    '>1</c>',
  ],
  ...[
    '><v><b/></v></c>',
    '><is><t>x</t></is></c>',
    '/',
    '><v>1</v></c',
    '><v >1</v></c>',
    '><v>1</v>\n</c>\n',
  ],
);
const cell = fc
  .tuple(reference, attribute, content)
  .map(([r, rest, end]) => `<c${r}${rest === ' ' ? '' : rest}${end}`);
const plain = fc
  .tuple(
    fc.integer({ min: 0, max: 25 }),
    fc.constantFrom('', ' s="1"', ' t="s"', ' s="1" t="s"'),
    fc.string(),
  )
  .map(([column, rest]) => `<c r="${String.fromCharCode(65 + column)}1"${rest}><v>1</v></c>`);
const row = fc.array(fc.oneof({ weight: 3, arbitrary: plain }, cell), { maxLength: 8 });
const sorted = fc
  .uniqueArray(fc.integer({ min: 0, max: 25 }), { maxLength: 9 })
  .map((columns) =>
    columns
      .toSorted((a, b) => a - b)
      .map((column) => `<c r="${String.fromCharCode(65 + column)}1"><v>${column}</v></c>`),
  );
const rows = fc
  .array(fc.oneof(row, sorted), { maxLength: 4 })
  .map((all) => all.map((cells, at) => `<row r="${at + 1}">${cells.join('')}</row>`).join(''));

it('cells that are passed over at once are judged as one by one, however the sheet is cut', async () => {
  const verdicts = { passed: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 400 }), async (all, chunkSize) => {
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
