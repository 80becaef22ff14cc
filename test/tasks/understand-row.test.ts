import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { taskByPrefix } from '../../src/tasks/registry.ts';
import { understandRow } from '../../src/tasks/understand-row.ts';
import type { RowContent } from '../../src/workbook/types.ts';

const read = (prefix: string, row: Partial<RowContent>) =>
  understandRow(taskByPrefix(prefix), { input: '', inputUrl: null, email: '', ...row });
const url = (prefix: string, row: Partial<RowContent>) => {
  const reading = read(prefix, row);
  return reading.valid ? reading.url : `invalid: ${reading.error}`;
};
const APPLE = 'https://store.apple.com/go/jp/vieworder';
const JIZEN = 'http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=';
const POST = (number: string) =>
  `https://trackings.post.japanpost.jp/services/srv/search?requestNo1=${number}&search.x=62&search.y=13&startingUrlPatten=&locale=ja`;
// 18379277916 mod 7 is 6: its check digit is right.
const NUMBER = '183792779166';

describe('the URL of a row', () => {
  it.each<[string, string, Partial<RowContent>, string]>([
    ['a hyperlink', 'owt', { input: 'W123', inputUrl: 'https://x.jp/1' }, 'https://x.jp/1'],
    [
      'a hyperlink before a typed URL',
      'owt',
      { input: 'https://x.jp/2', inputUrl: 'http://x.jp/1' },
      'http://x.jp/1',
    ],
    ['a hyperlink on an empty cell', 'owt', { inputUrl: 'https://x.jp/1' }, 'https://x.jp/1'],
    ['a typed URL', 'owryt', { input: ' https://x.jp/あ ' }, 'https://x.jp/あ'],
    ['a typed URL in capitals', 'owryt', { input: 'HTTPS://X.JP/1' }, 'HTTPS://X.JP/1'],
    ['an order', 'owryt', { input: 'W1234567890', email: 'a@b.jp' }, `${APPLE}/W1234567890/a@b.jp`],
    ['an order, full-width', 'owt', { input: ' Ｗ１２３４５ ', email: 'a＠b.jp ' }, `${APPLE}/W12345/a@b.jp`],
    ['an order of digits', 'owt', { input: NUMBER, email: 'a@b.jp' }, `${APPLE}/${NUMBER}/a@b.jp`],
    ['an order with a slash', 'owt', { input: 'W12/34', email: 'a+b@c.jp' }, `${APPLE}/W12%2F34/a+b@c.jp`],
    [
      'an order whose link is mail',
      'owt',
      { input: 'W12345', inputUrl: 'mailto:a@b.jp', email: 'a@b.jp' },
      `${APPLE}/W12345/a@b.jp`,
    ],
    [
      'an order whose link is a place',
      'owt',
      { input: 'W12345', inputUrl: '#Sheet2!A1', email: 'a@b.jp' },
      `${APPLE}/W12345/a@b.jp`,
    ],
    ['a number', 'yto', { input: NUMBER }, `${JIZEN}${NUMBER}`],
    ['a number with an e-mail', 'yto', { input: NUMBER, email: 'a@b.jp' }, `${JIZEN}${NUMBER}`],
    ['an order in a number task', 'yto', { input: 'W12345', email: 'a@b.jp' }, `${APPLE}/W12345/a@b.jp`],
    ['a number with hyphens', 'yto', { input: '1837-9277-9166' }, `${JIZEN}${NUMBER}`],
    ['full-width with dashes', 'jpto', { input: '１８３７－９２７７ー９１６６' }, POST(NUMBER)],
    ['odd dashes and spaces', 'jpto', { input: '\u30001837–9277−91\u200B66\u00A0' }, POST(NUMBER)],
    ['eleven digits of Japan Post', 'jpto', { input: '12345678901' }, POST('12345678901')],
    ['an international number', 'jpto', { input: 'rr 123 456 785 jp' }, POST('RR123456785JP')],
  ])('%s', (_, prefix, row, expected) => {
    expect(url(prefix, row)).toBe(expected);
  });

  it.each<[string, string, Partial<RowContent>, RegExp]>([
    ['nothing', 'owt', { email: 'a@b.jp' }, /input cell is empty/],
    ['nothing, number task', 'yto', { email: 'a@b.jp' }, /input cell is empty/],
    ['an order without e-mail', 'owt', { input: 'W12345' }, /no order number with an e-mail/],
    ['a word', 'owt', { input: '合計', email: 'a@b.jp' }, /no order number/],
    [
      'a bad e-mail',
      'owt',
      { input: 'W12345', email: 'secret@' },
      /^the e-mail cell holds no e-mail address$/,
    ],
    ['a link of another kind', 'owt', { input: 'W12345', inputUrl: 'file:///c:/x' }, /no web address/],
    ['a javascript link', 'owt', { inputUrl: 'javascript:alert(1)' }, /no web address/],
    ['a long URL', 'owt', { input: `https://x.jp/${'a'.repeat(2083)}` }, /longer than 2083/],
    ['a URL with credentials', 'owt', { input: 'https://me:pw@x.jp/' }, /user name or password/],
    ['a URL with a remark', 'owt', { input: 'https://x.jp/1 確認済' }, /space/],
    ['a URL without a host', 'owt', { input: 'https://' }, /malformed/],
    ['eleven digits of Yamato', 'yto', { input: '12345678901' }, /12 digits are needed, it has 11/],
    ['letters', 'yto', { input: '12345678901X' }, /other characters/],
    ['lost digits', 'yto', { input: '1.83793E+11' }, /lost its last digits/],
    ['an e-mail as number', 'yto', { input: 'me@home.jp' }, /"…@…" is no tracking number/],
    ['ten digits of Japan Post', 'jpto', { input: '1234567890' }, /11–12 digits/],
  ])('%s is invalid', (_, prefix, row, expected) => {
    const reading = read(prefix, row);
    expect(reading).toEqual({ valid: false, error: expect.stringMatching(expected), warnings: [] });
  });

  it('knows the number behind a link', () => {
    expect(read('yto', { input: '1837-9277-9166', inputUrl: 'https://x.jp/' })).toMatchObject({
      trackingNumber: NUMBER,
    });
    expect(read('yto', { input: `${JIZEN}${NUMBER}` })).toMatchObject({ trackingNumber: NUMBER });
    expect(read('jpto', { input: POST('RR123456785JP') })).toMatchObject({ trackingNumber: 'RR123456785JP' });
    expect(read('yto', { input: 'see', inputUrl: 'https://x.jp/' })).toMatchObject({ trackingNumber: null });
  });

  it('warns of a wrong check digit, and goes on', () => {
    expect(read('yto', { input: '183792779160' })).toMatchObject({
      valid: true,
      warnings: ['check digit of 183792779160 is 0 where 6 is expected: perhaps a digit is mistyped'],
    });
    expect(read('jpto', { input: 'RR123456784JP' })).toMatchObject({
      valid: true,
      warnings: [expect.anything()],
    });
    expect(read('yto', { input: NUMBER })).toMatchObject({ warnings: [] });
  });
});

describe('rows that share a URL', () => {
  it.each([
    ['jpt10', '1837-9277-9166', NUMBER],
    ['jpt10', 'No.１８３７ 9277 9166', NUMBER],
    ['jpt10', '①1837-9277-9166', NUMBER],
    ['jpt10', '18379277916', null],
    ['jpt10', '1837927791660', null],
    ['jpt10', 'RR123456785JP', null],
    ['jpt10', '1.837927791E+11', null],
    ['jpt10', '', null],
    ['yt10', '1837-9277-9166', NUMBER],
    ['yt10', '１８３７９２７７９１６６', NUMBER],
    ['yt10', '18379277916', null],
    ['yt10', '1837927791660', null],
    ['yt10', 'A83792779166', null],
  ])('%s %s', (prefix, input, trackingNumber) => {
    const reading = read(prefix, { input, inputUrl: 'https://x.jp/', email: 'a@b.jp' });
    expect(reading).toMatchObject(
      trackingNumber === null
        ? { valid: false, error: expect.stringMatching(/\S/) }
        : { valid: true, url: null, trackingNumber },
    );
  });
});

it('never throws, and gives only web addresses without a break', () => {
  const cell = fc.string({ unit: 'binary', maxLength: 60 });
  const row = fc.record({ input: cell, inputUrl: fc.option(fc.oneof(cell, fc.webUrl())), email: cell });
  const prefix = fc.constantFrom('owryt', 'owt', 'yto', 'jpto', 'jpt10', 'rtjpt', 'yt10');
  fc.assert(
    fc.property(prefix, row, (task, content) => {
      const reading = read(task, content);
      if (reading.valid && reading.url !== null) expect(reading.url).toMatch(/^https?:\/\/\S+$/i);
      if (!reading.valid) expect(reading.error).toMatch(/^\S.*$/);
    }),
    { numRuns: 150 },
  );
});
