import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { casePath, patchFile, readCase } from '../support/workbook/cases.ts';
import { COLUMNS, editOf, testFolder } from '../support/workbook/folder.ts';
import { patchRaw } from '../support/workbook/patch-raw.ts';
import { writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { readRow } from '../support/workbook/read-raw.ts';

const { folder, path } = testFolder();
const KINDS = ['crlf-shared', 'crlf-after-onlyoffice'] as const;
const A2 = '<c r="A2" t="str"><v>W1</v></c>';

describe('a line break in a cell, as Excel stores it and as other editors do', () => {
  it('is read as LF, in the input and in the result', async () => {
    for (const name of KINDS) {
      const { rows } = await readCase(name);
      expect(rows).toMatchObject([
        {
          row: 2,
          input: '1234-5678-9012\n（急ぎ）',
          result: '配達完了\n（宅配ボックス）｜｜｜12月19日 19:10｜｜｜新宿',
        },
      ]);
    }
  });

  it.each([KINDS, ['crlf-after-onlyoffice', 'crlf-shared'] as const])(
    'a row of %s is found in %s',
    async (read, found) => {
      const { rows } = await readCase(read);
      const edits = [editOf(rows[0]!, '輸送中｜｜｜｜｜｜')];
      const { outcomes } = await patchWorkbook(casePath(found), path('t.xlsx'), { columns: COLUMNS, edits });
      expect(outcomes).toMatchObject([{ outcome: 'written', row: 2 }]);
    },
  );

  it('a result that holds one is the same after a save in Excel, and is not written again', async () => {
    const { rows } = await readCase('crlf-shared');
    for (const text of [rows[0]!.result, rows[0]!.result.replaceAll('\n', '\r\n')]) {
      const { outcomes } = await patchFile(casePath('crlf-shared'), folder(), { 2: text });
      expect(outcomes).toMatchObject([{ outcome: 'same' }]);
    }
  });

  it("a result of a single field is ours by the record, whichever line break either has, and a person's is not", async () => {
    const cell = (text: string): string => `<c r="C2" t="str"><v>${text}</v></c>`;
    const outcome = async (stands: string, recorded: string): Promise<string | undefined> => {
      const book = { rows: `<row r="2">${A2}${cell(stands)}</row>` };
      return (await patchRaw(folder(), book, { 2: '新しい' }, { recorded })).outcomes[0]?.outcome;
    };
    expect(await outcome('見つかり\r\nません', '見つかり\nません')).toBe('written');
    expect(await outcome('見つかり\nません', '見つかり\r\nません')).toBe('written');
    expect(await outcome('見つかり\r\nました', '見つかり\nません')).toBe('person');
  });
});

describe('every kind of line break, and every kind of text', () => {
  it.each([
    ['CR LF', 'a\r\nb'],
    ['CR', 'a\rb'],
    ['a reference', 'a&#13;&#10;b'],
    ['a reference in hex', 'a&#xD;b'],
    ["Excel's escape", 'a_x000D_\nb'],
    ["Excel's escape alone", 'a_x000D_b'],
  ])('%s is LF', async (_, text) => {
    expect((await readRow(folder(), `<c r="A2" t="str"><v>${text}</v></c>`)).input).toBe('a\nb');
    expect((await readRow(folder(), `<c r="A2" t="inlineStr"><is><t>${text}</t></is></c>`)).input).toBe(
      'a\nb',
    );
    const book = { sharedStrings: `<si><t>${text}</t></si><si><r><t>${text}</t></r></si>` };
    for (const index of [0, 1])
      expect((await readRow(folder(), `<c r="A2" t="s"><v>${index}</v></c>`, book)).input).toBe('a\nb');
  });

  it('CDATA is no exception', async () => {
    const cells = '<c r="A2" t="str"><v><![CDATA[a\r\nb_x000D_c]]></v></c>';
    expect((await readRow(folder(), cells)).input).toBe('a\nb\nc');
  });

  it('a HYPERLINK() has LF in its name and its address', async () => {
    const cells = '<c r="A2"><f>HYPERLINK("http://a/\r\n?b","x&#13;y")</f></c>';
    expect(await readRow(folder(), cells)).toMatchObject({ input: 'x\ny', inputUrl: 'http://a/\n?b' });
  });

  it('white space in an attribute is a space, unless it is a reference', async () => {
    const book = {
      behind: '<hyperlinks><hyperlink ref="A2" r:id="rId1"/></hyperlinks>',
      links: [['rId1', 'hyperlink', 'http://a/?b=\r\n1\t2&#10;3']] as [string, string, string][],
    };
    expect((await readRow(folder(), A2, book)).inputUrl).toBe('http://a/?b= 1 2\n3');
  });

  it('a row is found where its shared string is the text with other line breaks', async () => {
    const source = await writeRawWorkbook(folder(), {
      rows: '<row r="2"><c r="A2" t="s"><v>1</v></c></row>',
      sharedStrings: '<si><t>x</t></si><si><t>a\r\nb</t></si>',
    });
    const { rows } = await readWorkbook(source, { columns: COLUMNS });
    const edits = [editOf(rows[0]!, '完了')];
    const { outcomes } = await patchWorkbook(source, path('found.xlsx'), { columns: COLUMNS, edits });
    expect(outcomes).toMatchObject([{ outcome: 'written' }]);
  });

  it('what is written holds LF', async () => {
    const { after } = await patchRaw(folder(), { rows: `<row r="2">${A2}</row>` }, { 2: 'a\r\nb\rc' });
    expect(after).toContain('<t xml:space="preserve">a\nb\nc</t>');
  });
});
