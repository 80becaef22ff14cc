import { describe, expect, it } from 'vitest';

import { testFolder } from '../../support/workbook/folder.ts';
import { readRow } from '../../support/workbook/read-raw.ts';

const { folder } = testFolder();

describe('text cells', () => {
  it.each([
    ['a shared string', '<si><t>W000000001</t></si>', 'W000000001'],
    ['the second of several', '<si><t>no</t></si>', 'second', '<si><t>second</t></si>'],
    ['spaces kept', '<si><t xml:space="preserve"> W 1 </t></si>', ' W 1 '],
    ['entities', '<si><t>a &amp; b &lt;c&gt; &#x8377;</t></si>', 'a & b <c> 荷'],
    ['an escaped character', '<si><t>a_x000D_b_x005F_x0041_</t></si>', 'a\nb_x0041_'],
    ['a character in two escaped halves', '<si><t>_xD842__xDF9F_</t></si>', '𠮟'],
    ['CDATA', '<si><t><![CDATA[a<b>&amp;]]></t></si>', 'a<b>&amp;'],
    ['a comment between', '<!-- <si/> --><si><t>W1</t></si>', 'W1'],
    [
      'rich text as one',
      '<si><r><rPr><b/></rPr><t>W</t></r><r><t xml:space="preserve"> 12</t></r></si>',
      'W 12',
    ],
    [
      'no phonetic runs',
      '<si><t>荷物</t><rPh sb="0" eb="2"><t>ニモツ</t></rPh><phoneticPr fontId="1"/></si>',
      '荷物',
    ],
    [
      'no phonetic runs between rich ones',
      '<si><r><t>荷</t></r><rPh sb="0" eb="1"><t>ニ</t></rPh><r><t>物</t></r></si>',
      '荷物',
    ],
    ['prefixed elements', '<x:si xmlns:x="u"><x:t>W1</x:t></x:si>', 'W1'],
  ])('%s', async (_, sharedStrings, text, more = '') => {
    const index = more === '' ? 0 : 1;
    const row = await readRow(folder(), `<c r="A2" t="s"><v>${index}</v></c>`, {
      sharedStrings: sharedStrings + more,
    });
    expect(row.input).toBe(text);
  });

  it.each([
    ['inline', '<c r="A2" t="inlineStr"><is><t>W1 &amp; 2</t></is></c>', 'W1 & 2'],
    ['inline, rich', '<c r="A2" t="inlineStr"><is><r><t>W</t></r><r><rPr/><t>1</t></r></is></c>', 'W1'],
    [
      'inline, phonetic run left out',
      '<c r="A2" t="inlineStr"><is><t>荷物</t><rPh sb="0" eb="2"><t>ニモツ</t></rPh></is></c>',
      '荷物',
    ],
    ['inline in CDATA', '<c r="A2" t="inlineStr"><is><t><![CDATA[<1>]]></t></is></c>', '<1>'],
    ['a boolean', '<c r="A2" t="b"><v>1</v></c>', 'TRUE'],
    ['an error', '<c r="A2" t="e"><v>#N/A</v></c>', '#N/A'],
    ['a date of strict workbooks', '<c r="A2" t="d"><v>2025-12-17T10:34:00</v></c>', '2025/12/17 10:34'],
    ['a cell without a reference', '<c t="str"><v>W1</v></c>', 'W1'],
    ['single quotes and spaces in tags', "<c\n r = 'A2' t='str' ><v >W1</v ></c >", 'W1'],
  ])('%s', async (_, cell, text) => {
    expect((await readRow(folder(), cell)).input).toBe(text);
  });

  it.each([
    ['_x0000_', 'an escape'],
    ['&#0;', 'a reference'],
    ['\0', 'the character itself'],
    ['_xD842_', 'half a character, escaped'],
    ['&#xDF9F;', 'half a character, as a reference'],
    ['<![CDATA[\0]]>', 'CDATA'],
    ['<![CDATA[_x0000_]]>', 'an escape in CDATA'],
  ])('%j, as %s, gives nothing that a database cannot hold', async (xml) => {
    const text = `<t>a${xml}b</t>`;
    const cells = '<c r="A2" t="s"><v>0</v></c>';
    const behind = `<hyperlinks><hyperlink ref="A2" location="${xml.includes('<') ? '\0' : xml}"/></hyperlinks>`;
    const row = await readRow(folder(), `${cells}<c r="B2" t="inlineStr"><is>${text}</is></c>`, {
      sharedStrings: `<si>${text}</si>`,
      behind,
    });
    expect([row.input, row.email]).toEqual(['a\uFFFDb', 'a\uFFFDb']);
    expect(row.inputUrl).not.toMatch(/\0|\p{Surrogate}/u);
  });

  it('names a cell that holds an error', async () => {
    const { warnings } = await readRow(folder(), '<c r="A2" t="e"><v>#REF!</v></c>');
    expect(warnings).toEqual(['A2 holds the error #REF!']);
  });
});

describe('number cells', () => {
  it.each([
    ['398004123005', '398004123005'],
    ['4.82109071503E11', '482109071503'],
    ['1.83792779166E+11', '183792779166'],
    ['98004123005', '98004123005'],
    ['12.5', '12.5'],
    ['46008', '46008'],
  ])('%s keeps its digits', async (stored, text) => {
    const row = await readRow(folder(), `<c r="A2"><v>${stored}</v></c>`);
    expect(row).toMatchObject({ input: text, warnings: [] });
  });

  it('warns where Excel has lost digits', async () => {
    const row = await readRow(folder(), '<c r="A2"><v>1.2345678901234567E+18</v></c>');
    expect(row.input).toBe('1234567890123456700');
    expect(row.warnings).toEqual([expect.stringContaining('more than 15 digits')]);
  });

  const styles =
    '<numFmts><numFmt numFmtId="170" formatCode="000000000000"/><numFmt numFmtId="171" formatCode="yyyy/mm/dd"/></numFmts>' +
    '<cellStyleXfs><xf numFmtId="171"/></cellStyleXfs>' +
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="22"/><xf/></cellXfs>';

  it.each([
    ['leading zeros that its format shows', 1, '98004123005', '098004123005'],
    ['a date', 2, '46008', '2025/12/17'],
    ['a date with its time', 3, '46008.44027777778', '2025/12/17 10:34'],
    ['a format without a number format', 4, '46008', '46008'],
    ['a format that is not there', 9, '46008', '46008'],
  ])('%s', async (_, style, stored, text) => {
    const row = await readRow(folder(), `<c r="A2" s="${style}"><v>${stored}</v></c>`, { styles });
    expect(row.input).toBe(text);
  });

  it('counts days from 1904 where the workbook does', async () => {
    const sheets = '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets>';
    const workbook = `<workbookPr date1904="1"/>${sheets}`;
    const row = await readRow(folder(), '<c r="A2" s="2"><v>44546</v></c>', { styles, workbook });
    expect(row.input).toBe('2025/12/17');
    expect(row.warnings).toEqual(['A2 is formatted as a date: the number itself is 44546']);
  });
});

describe('formula cells', () => {
  it.each([
    ['a text result', '<c r="A2" t="str"><f>B9&amp;"1"</f><v>W1</v></c>', 'W1'],
    ['a number result', '<c r="A2"><f>A9+1</f><v>398004123006</v></c>', '398004123006'],
    ['a shared string as result', '<c r="A2" t="s"><f>A9</f><v>0</v></c>', 'shared'],
    ['a part of a shared formula', '<c r="A2" t="str"><f t="shared" si="0"/><v>W2</v></c>', 'W2'],
  ])('%s', async (_, cell, text) => {
    const row = await readRow(folder(), cell, { sharedStrings: '<si><t>shared</t></si>' });
    expect(row).toMatchObject({ input: text, warnings: [] });
  });

  it('is a row with a warning while it has no stored result', async () => {
    const row = await readRow(folder(), '<c r="A2"><f>A9</f><v/></c>');
    expect(row.input).toBe('');
    expect(row.warnings).toEqual([
      'A2 holds a formula without a stored result: open the workbook and save it',
    ]);
  });

  it('is told apart in the result column, with its result', async () => {
    const cells = '<c r="A2" t="str"><v>W1</v></c><c r="C2" t="str"><f>A2</f><v>W1</v></c>';
    expect(await readRow(folder(), cells)).toMatchObject({ result: 'W1', resultIsFormula: true });
  });

  it('counts for every cell of an array formula, though only the first says so', async () => {
    const cells =
      '<c r="A2" t="str"><v>W1</v></c><c r="C2"><v>2</v></c><c r="G2"><f t="array" ref="C2:G2">1+1</f><v>2</v></c>';
    expect(await readRow(folder(), cells)).toMatchObject({ result: '2', resultIsFormula: true });
  });
});
