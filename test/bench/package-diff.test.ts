import { describe, expect, it } from 'vitest';
import { changedCells, packageDiff } from '../../bench/workbook/package-diff.ts';

const parts = (texts: Readonly<Record<string, string>>): Map<string, Buffer> =>
  new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));

it('packageDiff names what is lost, changed and added', () => {
  const before = parts({ 'sheet.xml': 'a', 'chart.xml': 'b', 'empty.bin': '', 'image.png': 'c' });
  const after = parts({ 'sheet.xml': 'A', 'empty.bin': '', 'image.png': 'c', 'more.xml': '' });
  expect(packageDiff(before, after)).toEqual({
    lost: ['chart.xml'],
    changed: ['sheet.xml'],
    added: ['more.xml'],
  });
  expect(packageDiff(before, before)).toEqual({ lost: [], changed: [], added: [] });
});

describe('changedCells', () => {
  const sheet = (row: string, tail = '<mergeCells/>'): string =>
    `<worksheet><dimension ref="A1:C2"/><row r="2">${row}</row>${tail}</worksheet>`;
  const before = sheet('<c r="A2"><v>1</v></c><c r="B2" s="1"/><c r="D2"><v>2</v></c>');

  it('are those with another text or style, and those that are new or gone', () => {
    const after = sheet('<c r="A2"><v>1</v></c><c r="B2" s="2"/><c r="C2"><v>7</v></c>');
    expect(changedCells(before, after)).toEqual(['B2', 'D2', 'C2']);
    expect(changedCells(before, before)).toEqual([]);
  });

  it('are not all that differs, when anything around them does', () => {
    expect(changedCells(before, before.replace('A1:C2', 'A1:D2'))).toBeNull();
    expect(changedCells(before, before.replace('<mergeCells/>', ''))).toBeNull();
  });
});
