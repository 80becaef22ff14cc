import { describe, expect, it } from 'vitest';

import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import { COLUMNS, testFolder } from '../support/workbook/folder.ts';
import { rawParts, SHEET_PART, writeRawWorkbook } from '../support/workbook/raw-workbook.ts';
import { expectRefused } from '../support/workbook/refused.ts';
import { writeZip } from '../support/workbook/zip-file.ts';

const { folder, path } = testFolder();
const MEGABYTE = 1024 * 1024;
const W1 = '<row r="2"><c r="A2" t="s"><v>0</v></c></row>';

describe('a zip bomb', () => {
  it('is refused by its ratio, before it is all unzipped', async () => {
    const file = await writeRawWorkbook(folder(), { before: ' '.repeat(80 * MEGABYTE) });
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_TOO_LARGE',
      `is too large: ${SHEET_PART} unzips to over 250 times its size, as a zip bomb does`,
    );
  });

  it('is refused in the shared strings, too', async () => {
    const sharedStrings = `<si><t>${'a'.repeat(100)}</t></si>`.repeat(20_000);
    await expectRefused(
      folder(),
      await writeRawWorkbook(folder(), { rows: W1, sharedStrings }),
      'WORKBOOK_TOO_LARGE',
      /xl\/sharedStrings\.xml unzips to over 50 times its size/,
      { maxRatio: 50, ratioFromBytes: MEGABYTE },
    );
  });

  it('that says its size is refused before anything is unzipped', async () => {
    const parts = rawParts({}).map((part) =>
      part.name === SHEET_PART ? { ...part, claimedSize: 2_000_000_000 } : part,
    );
    const file = path('claims.xlsx');
    await writeZip(file, parts);
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_TOO_LARGE',
      `is too large: ${SHEET_PART} unzips to 1908 MB, where 1024 MB are allowed`,
    );
  });

  it('that lies about its size is refused once it is larger than any part may be', async () => {
    const before = ' '.repeat(3 * MEGABYTE);
    const parts = rawParts({ before }).map((part) =>
      part.name === SHEET_PART ? { ...part, claimedSize: 100 } : part,
    );
    const file = path('lies.xlsx');
    await writeZip(file, parts);
    await expectRefused(
      folder(),
      file,
      'WORKBOOK_TOO_LARGE',
      `is too large: ${SHEET_PART} unzips to over 2 MB`,
      {
        maxPartBytes: 2 * MEGABYTE,
      },
    );
  });
});

describe('texts beyond their limit', () => {
  const long = 'W'.repeat(1000);

  it.each([
    ['in shared strings', { rows: W1, sharedStrings: `<si><t>${long}</t></si>` }],
    ['in cells', { rows: `<row r="2"><c r="A2" t="str"><v>${long}</v></c></row>` }],
  ])('%s are refused', async (_, book) => {
    const file = await writeRawWorkbook(folder(), book);
    await expect(
      readWorkbook(file, { columns: COLUMNS, limits: { maxTextLength: 999 } }),
    ).rejects.toMatchObject({
      code: 'WORKBOOK_TOO_LARGE',
      message: 'raw.xlsx is too large: its texts do not fit into memory',
    });
    const { rows } = await readWorkbook(file, { columns: COLUMNS, limits: { maxTextLength: 1000 } });
    expect(rows[0]?.input).toBe(long);
  });

  it('that no row needs do not count', async () => {
    const sharedStrings = `<si><t>W1</t></si>${`<si><t>${long}</t></si>`.repeat(100)}`;
    const file = await writeRawWorkbook(folder(), { rows: W1, sharedStrings });
    const { rows } = await readWorkbook(file, { columns: COLUMNS, limits: { maxTextLength: 10 } });
    expect(rows[0]?.input).toBe('W1');
  });
});

it('two hundred thousand formatted but empty rows are passed over', async () => {
  const empty = Array.from(
    { length: 200_000 },
    (_, index) =>
      `<row r="${index + 3}" s="1" customFormat="1"><c r="A${index + 3}" s="1"/><c r="B${index + 3}" s="1"/></row>`,
  );
  const file = await writeRawWorkbook(folder(), {
    rows: W1 + empty.join(''),
    sharedStrings: '<si><t>W1</t></si>',
  });
  const { rows } = await readWorkbook(file, { columns: COLUMNS });
  expect(rows.map(({ row }) => row)).toEqual([2]);
});
