import { describe, expect, it } from 'vitest';

import { applySplices, checkOrder } from '../../../src/workbook/zip/splices.ts';
import type { Splice } from '../../../src/workbook/zip/splices.ts';

async function spliced(text: string, splices: readonly Splice[], chunkSize: number): Promise<string> {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  const out: Buffer[] = [];
  for await (const block of applySplices(chunks(), splices)) out.push(block);
  return Buffer.concat(out).toString();
}

describe('applySplices', () => {
  const splices = [
    { offset: 0, remove: 1, insert: '[' },
    { offset: 3, remove: 4, insert: '荷物' },
    { offset: 7, remove: 0, insert: '+' },
    { offset: 7, remove: 2, insert: '' },
    { offset: 15, remove: 1, insert: ']' },
  ];

  it('are in order where they only touch', () => checkOrder(splices));

  it('makes the same of every cut into chunks', async () => {
    for (let size = 1; size <= 17; size++) {
      expect(await spliced('0123456789abcdef', splices, size), `chunks of ${size}`).toBe('[12荷物+9abcde]');
    }
  });

  it.each([
    [
      'go backwards',
      [
        { offset: 5, remove: 0, insert: 'a' },
        { offset: 4, remove: 0, insert: 'b' },
      ],
    ],
    [
      'overlap',
      [
        { offset: 2, remove: 3, insert: 'a' },
        { offset: 4, remove: 1, insert: 'b' },
      ],
    ],
    ['begin before the part', [{ offset: -1, remove: 0, insert: 'a' }]],
  ])('refuses those that %s, before they are made', (_, wrong) => {
    expect(() => checkOrder(wrong)).toThrow('out of order');
  });

  it.each([
    ['begin behind the end', [{ offset: 10, remove: 0, insert: 'a' }]],
    ['reach behind it', [{ offset: 8, remove: 3, insert: 'a' }]],
  ])('refuses those that %s', async (_, wrong) => {
    for (let size = 1; size <= 12; size++)
      await expect(spliced('0123456789', wrong, size)).rejects.toThrow('behind the end');
  });

  it('passes everything on when there is none', async () => {
    expect(await spliced('0123456789', [], 3)).toBe('0123456789');
  });

  it('holds texts that do not fit into what is left of a block', async () => {
    const long = '荷'.repeat(50_000);
    const many = Array.from({ length: 10 }, (_, index) => ({
      offset: index,
      remove: 1,
      insert: `${long}${index}`,
    }));
    expect(await spliced('0123456789', many, 4)).toBe(many.map(({ insert }) => insert).join(''));
  });
});
