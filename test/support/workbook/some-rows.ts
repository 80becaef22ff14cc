import * as fc from 'fast-check';

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
/** The rows of a sheet, half of them as nearly every writer has them, the others odd, or wrong. */
export const someRows: fc.Arbitrary<string> = fc
  .array(fc.oneof(row, sorted), { maxLength: 4 })
  .map((all) => all.map((cells, at) => `<row r="${at + 1}">${cells.join('')}</row>`).join(''));

/** The bytes in chunks of a size. */
export async function* cutInto(chunkSize: number, text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
}
