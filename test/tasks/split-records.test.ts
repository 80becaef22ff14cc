import { describe, expect, it } from 'vitest';

import { splitRecords, startUrlOf } from '../../src/tasks/split-records.ts';

const record = (url: string) => ({ 'web-scraper-start-url': url });

describe('splitRecords', () => {
  it('gives a single URL everything', () => {
    const records = [record('http://other/'), {}];
    expect(splitRecords(records, ['http://a/'])).toEqual({ byUrl: [records], unmatched: [] });
  });

  it.each([
    ['http://a.jp/x', 'http://a.jp/x/'],
    ['http://a.jp', 'http://A.jp/'],
    ['http://a.jp/x', 'https://a.jp/x'],
    ['http://a.jp/あ?q=い', 'http://a.jp/%E3%81%82?q=%e3%81%84'],
    ['http://a.jp/o/W1/a@b.jp', 'http://a.jp/o/W1/a%40b.jp'],
    ['http://a.jp/?q=a b', 'http://a.jp/?q=a+b'],
    ['http://a.jp/x#1', 'http://a.jp/x'],
    ['http://a.jp/100%', 'http://a.jp/100%'],
    ['no URL', 'no URL'],
  ])('knows %s in %s', (asked, got) => {
    expect(splitRecords([record(got)], ['http://b.jp/', asked]).byUrl).toEqual([[], [record(got)]]);
  });

  it('prefers the exact spelling', () => {
    const { byUrl } = splitRecords(
      [record('http://a/x/'), record('http://a/x')],
      ['http://a/x', 'http://a/x/'],
    );
    expect(byUrl).toEqual([[record('http://a/x')], [record('http://a/x/')]]);
  });

  it('does not mix what differs', () => {
    const others = ['http://a/X', 'http://a/x?id=2', 'http://a:81/x?id=1', ''].map(record);
    expect(splitRecords(others, ['http://a/x?id=1', 'http://b/'])).toEqual({
      byUrl: [[], []],
      unmatched: others,
    });
  });

  it('gives a URL that was asked for twice to both', () => {
    expect(splitRecords([record('http://a/')], ['http://a/', 'http://a/']).byUrl).toEqual([
      [record('http://a/')],
      [record('http://a/')],
    ]);
  });
});

it.each(['web-scraper-start-url', 'web_scraper_start_url', 'web_start_url'])('reads %s', (column) => {
  expect(startUrlOf({ other: 'x', [column]: 'http://a/' })).toBe('http://a/');
});
