import { describe, expect, it } from 'vitest';

import { testFolder } from '../support/workbook/folder.ts';
import { SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import type { RawWorkbook } from '../support/workbook/raw-workbook.ts';
import { readRaw } from '../support/workbook/read-raw.ts';
import { expectRefused } from '../support/workbook/refused.ts';

const { folder } = testFolder();
const BOMB =
  '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>';
const W1 = '<row r="2"><c r="A2" t="s"><v>0</v></c></row>';

async function expectDamaged(book: RawWorkbook, message: string | RegExp): Promise<void> {
  await expectRefused(folder(), await writeRawWorkbook(folder(), book), 'WORKBOOK_DAMAGED', message);
}

describe('a document type, with entities of its own or of another file', () => {
  const refusal = (part: string): string =>
    `is damaged: in ${part} a document type declaration or entity is defined, which is never needed`;
  const sheetXml = `<worksheet><sheetData>${W1}</sheetData></worksheet>`;

  it('is refused in the sheet', async () => {
    await expectDamaged({ sheetXml: `<?xml version="1.0"?>${BOMB}${sheetXml}` }, refusal(SHEET_PART));
    await expectDamaged({ rows: `${BOMB}${W1}` }, refusal(SHEET_PART));
    await expectDamaged({ behind: BOMB }, refusal(SHEET_PART));
  });

  it('is refused in every other part that is read', async () => {
    await expectDamaged({ rows: W1, sharedStrings: BOMB }, refusal('xl/sharedStrings.xml'));
    await expectDamaged({ rows: W1, styles: BOMB }, refusal('xl/styles.xml'));
    await expectDamaged({ rows: W1, workbook: BOMB }, refusal('xl/workbook.xml'));
    const tables = { behind: '<tableParts><tablePart r:id="rId1"/></tableParts>' };
    const links: [string, string, string][] = [['rId1', 'table', '/xl/table.xml']];
    const more = [{ name: 'xl/table.xml', data: `${BOMB}<table/>` }];
    await expectDamaged({ ...tables, links, more }, refusal('xl/table.xml'));
  });

  it('is no use without, for no other entity is known', async () => {
    const rows = '<row r="2"><c r="A2" t="str"><v>&c;</v></c></row>';
    await expectDamaged(
      { rows },
      /in xl\/worksheets\/sheet1\.xml the XML uses the entity "&c;", which is not one of XML's own$/,
    );
  });
});

describe('a sheet', () => {
  it.each([
    ['is empty', '', 'the XML ends in the middle'],
    ['is no XML', 'hello', 'the XML ends in the middle'],
    ['is cut short in a row', `<worksheet><sheetData>${W1}<row r="3"><c`, 'the XML ends in the middle'],
    ['is cut short behind a row', `<worksheet><sheetData>${W1}`, 'the XML ends in the middle'],
    ['is cut short behind the rows', `<worksheet><sheetData>${W1}</sheetData>`, 'the XML ends in the middle'],
    ['has a second root', '<worksheet/><worksheet/>', 'the XML has a second root'],
    [
      'is broken UTF-16',
      Buffer.from('\uFEFF<worksheet/>', 'utf16le').subarray(0, -1),
      'the XML holds bytes that are no UTF-16LE',
    ],
    [
      'is no Shift_JIS, but says so',
      Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><worksheet>\u00ff</worksheet>', 'latin1'),
      'the XML holds bytes that are no Shift_JIS',
    ],
    [
      'has a tag beyond any sense',
      `<worksheet a="${'x'.repeat(2_000_000)}"/>`,
      'a tag or text is longer than 1 MB',
    ],
  ])('that %s is refused', async (_, xml, message) => {
    const more = [{ name: 'xl/worksheets/other.xml', data: xml }];
    const workbookLinks: [string, string, string][] = [['rId2', 'worksheet', 'worksheets/other.xml']];
    const workbook = '<sheets><sheet name="x" r:id="rId2"/></sheets>';
    await expectDamaged(
      { more, workbook, workbookLinks },
      `is damaged: in xl/worksheets/other.xml ${message}`,
    );
  });

  it.each([
    ['rows twice, another between them', '<row r="2"/><row/><row r="2"/>', 'row 2 stands behind row 3'],
    ['rows out of order', '<row r="9"/><row r="3"/>', 'row 3 stands behind row 9'],
    ['row 0', '<row r="0"/>', 'row 0 stands behind row 0'],
    ['a row beyond the last', '<row r="1048577"/>', 'the attribute r is too large'],
    ['a row of number white space', '<row r=" "/>', 'something stands where a number is meant'],
    ['a row that is no number', '<row r="2x"/>', 'something stands where a number is meant'],
    ['a cell in no column', '<row r="2"><c r="2"/></row>', 'a cell stands in no column'],
    ['a cell beyond the last column', '<row r="2"><c r="XFE2"/></row>', 'a cell stands in no column'],
    [
      'cells twice',
      '<row r="2"><c r="A2" t="str"><v>W1</v></c><c r="C2"/><c r="C2"/></row>',
      'in row 2 a cell of C stands behind one of C',
    ],
    [
      'cells out of order',
      '<row r="2"><c r="A2" t="str"><v>W1</v></c><c r="C2"/><c r="B2"/></row>',
      'in row 2 a cell of B stands behind one of C',
    ],
    ['an unknown type', '<row r="2"><c r="A2" t="x"/></row>', 'a cell has the unknown type "x"'],
    [
      'an index that is none',
      '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
      'something stands where a number is meant',
    ],
    ['an attribute without quotes', '<row r=2/>', 'an attribute has no value'],
  ])('with %s is refused', async (_, rows, message) => {
    await expectDamaged({ rows }, `is damaged: in ${SHEET_PART} ${message}`);
  });

  it('that names a shared string which is not there is refused', async () => {
    const message = 'raw.xlsx is damaged: a cell names the shared string 7, which is not there';
    const rows = '<row r="2"><c r="A2" t="s"><v>7</v></c></row>';
    for (const book of [{ rows }, { rows, sharedStrings: '<si><t>0</t></si>' }]) {
      await expect(readRaw(folder(), book)).rejects.toMatchObject({ code: 'WORKBOOK_DAMAGED', message });
    }
  });
});

it('a part that is nested too deep is refused', async () => {
  const deep = `${'<a>'.repeat(300)}${'</a>'.repeat(300)}`;
  await expectDamaged({ workbook: deep }, 'is damaged: in xl/workbook.xml the XML is nested too deep');
});

it('a sheet that is nested deep costs nothing', async () => {
  const deep = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
  const rows = `<row r="2"><c r="A2" t="str"><v>W1</v>${deep}</c>${deep}</row>`;
  expect((await readRaw(folder(), { rows, before: deep })).rows).toHaveLength(1);
});
