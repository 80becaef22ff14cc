import { describe, expect, it } from 'vitest';

import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { casePath, patchFile, readCase } from '../support/workbook/cases.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { rawParts } from '../support/workbook/raw-workbook.ts';
import { unzip, writeZip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const A2 = '<row r="2"><c r="A2" t="str"><v>W1</v></c></row>';
const PROPERTIES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties';

/** A workbook with the custom properties that `xml` says. */
async function withProperties(xml: string): Promise<string> {
  const source = path('properties.xlsx');
  const parts = rawParts({ rows: A2, more: [{ name: 'docProps/custom.xml', data: xml }] });
  const rels = parts.find(({ name }) => name === '_rels/.rels')!;
  const link = `<Relationship Id="rId9" Type="${PROPERTIES}" Target="/docProps/custom.xml"/></Relationships>`;
  rels.data = rels.data.toString().replace('</Relationships>', link);
  await writeZip(source, parts);
  return source;
}

const property = (name: string, value: string): string =>
  `<Properties xmlns:vt="v"><property fmtid="{x}" pid="2" name="${name}"><vt:bool>${value}</vt:bool></property></Properties>`;

async function refusals(source: string): Promise<unknown[]> {
  const options = { columns: COLUMNS, name: '荷物.xlsx', signedWorkbooks: 'refuse' as const };
  const attempts = [
    readWorkbook(source, options),
    patchWorkbook(source, path('refused.xlsx'), { ...options, edits: [] }),
  ];
  return (await Promise.allSettled(attempts)).map((each) =>
    each.status === 'rejected'
      ? { code: each.reason.code as unknown, message: each.reason.message as unknown }
      : each,
  );
}

describe('a signed workbook', () => {
  it('is read with a warning', async () => {
    const { rows, warnings } = await readCase('signed');
    expect(rows).toMatchObject([{ input: 'x' }]);
    expect(warnings).toEqual([
      'the workbook is digitally signed: writing into it makes the signature invalid',
    ]);
  });

  it('is written with a note, its signature as it was', async () => {
    const { notes, path: patched } = await patchFile(casePath('signed'), folder(), { 2: '完了' });
    expect(notes).toEqual(['the digital signature of the workbook is no longer valid: it was written into']);
    const [before, after] = [await unzip(casePath('signed')), await unzip(patched)];
    for (const name of ['_xmlsignatures/sig1.xml', '_rels/.rels'])
      expect(after.get(name)).toEqual(before.get(name));
  });

  it('has no note where nothing is written', async () => {
    expect((await patchFile(casePath('signed'), folder(), {})).notes).toEqual([]);
  });

  it('is refused where SIGNED_WORKBOOKS says so, in reading and in writing', async () => {
    const refusal = {
      code: 'WORKBOOK_SIGNED',
      message:
        '荷物.xlsx is digitally signed, and writing into it would make the signature invalid: remove the signature, or set SIGNED_WORKBOOKS=warn',
    };
    expect(await refusals(casePath('signed'))).toEqual([refusal, refusal]);
  });

  it('is told by the signature too, whatever the relationships say', async () => {
    const source = path('loose.xlsx');
    await writeZip(source, rawParts({ rows: A2, more: [{ name: '_xmlsignatures/sig1.xml', data: '<a/>' }] }));
    expect((await readWorkbook(source, { columns: COLUMNS })).warnings).toHaveLength(1);
  });
});

describe('a workbook marked as final', () => {
  it('is read with a warning, written with a note, refused where SIGNED_WORKBOOKS says so', async () => {
    const source = await withProperties(property('_MarkAsFinal', 'true'));
    expect((await readWorkbook(source, { columns: COLUMNS })).warnings).toEqual([
      'the workbook is marked as final: it is written into all the same',
    ]);
    expect((await patchFile(source, folder(), { 2: '完了' })).notes).toEqual([
      'the workbook is marked as final, and was written into',
    ]);
    const refusal = {
      code: 'WORKBOOK_SIGNED',
      message:
        '荷物.xlsx is marked as final: take the mark away (File, Info, Protect Workbook), or set SIGNED_WORKBOOKS=warn',
    };
    expect(await refusals(source)).toEqual([refusal, refusal]);
  });

  it.each([
    ['the mark was taken away', property('_MarkAsFinal', 'false')],
    ['another property is true', property('Checked', 'true')],
    ['the properties are broken', '<Properties><property name="_MarkAsFinal">&x;'],
    ['there are none', '<Properties/>'],
  ])('is none where %s', async (_, xml) => {
    const source = await withProperties(xml);
    expect((await readWorkbook(source, { columns: COLUMNS })).warnings).toEqual([]);
    expect((await patchFile(source, folder(), { 2: '完了' })).notes).toEqual([]);
  });
});
