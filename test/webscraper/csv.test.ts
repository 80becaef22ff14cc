import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseResultCsv } from '../../src/webscraper/csv.ts';
import { webscraperTask } from '../support/tasks/webscraper-task.ts';

const HEAD = 'web-scraper-order,web-scraper-start-url';

const columnsOf = (prefix: string) => {
  const { name, lookup } = webscraperTask(prefix);
  return { name, resultColumns: lookup.resultColumns };
};

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

function codeOf(...call: Parameters<typeof parseResultCsv>): unknown {
  try {
    return parseResultCsv(...call).length;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('parseResultCsv', () => {
  it('reads BOM, CRLF, quoted newlines, and nothing written as nan', () => {
    const csv = `\uFEFF${HEAD}, data2 ,data3,name\r\n"1-1","http://a/","配達""完了""","12月19日\r\n19:10",nan\r\n`;
    const expected = [
      {
        'web-scraper-order': '1-1',
        'web-scraper-start-url': 'http://a/',
        data2: '配達"完了"',
        data3: '12月19日\r\n19:10',
        name: '',
      },
    ];
    expect(parseResultCsv(csv)).toEqual(expected);
    expect(parseResultCsv(Buffer.from(csv))).toEqual(expected);
  });

  it('takes rows that are too short or too long', () => {
    const [short, long] = parseResultCsv(`${HEAD},data2\n1-1,http://a/\n\n1-2,http://a/,x,y,z\n`);
    expect(short).toEqual({ 'web-scraper-order': '1-1', 'web-scraper-start-url': 'http://a/', data2: '' });
    expect(long).toMatchObject({ data2: 'x' });
  });

  it('sorts by the order of the page, as numbers', () => {
    const rows = ['2-1', '1-10', '1-9', '1-100'].map((order) => `${order},http://a/`).join('\r\n');
    const records = parseResultCsv(`${HEAD}\r\n${rows}`);
    expect(records.map((each) => each['web-scraper-order'])).toEqual(['1-9', '1-10', '1-100', '2-1']);
  });

  it('leaves the order alone where one cannot be read', () => {
    const records = parseResultCsv('web_scraper_order,data2\n3,a\n,b\n1,c');
    expect(records.map((each) => each['data2'])).toEqual(['a', 'b', 'c']);
  });

  it('is an empty list for a header alone', () => {
    expect(parseResultCsv(`\uFEFF${HEAD},data2`, { task: columnsOf('yto') })).toEqual([]);
  });

  it.each([
    ['CSV_IS_HTML', '\uFEFF\n <!DOCTYPE html><title>502</title>'],
    ['CSV_IS_JSON', '{"success":false,"error":"x"}'],
    ['CSV_IS_JSON', ' [1]'],
    ['CSV_NO_HEADER', ''],
    ['CSV_NO_HEADER', '\uFEFF\r\n\r\n'],
    ['CSV_NO_HEADER', 'Too many requests'],
    ['CSV_NO_TASK_COLUMNS', `${HEAD},foo\r\n1-1,http://a/,x`],
    ['CSV_NO_TASK_COLUMNS', 'foo,bar\n1,2'],
    ['CSV_MALFORMED', `${HEAD},data2\r\n1-1,http://a/,"cut of`],
  ])('%s: %j', (code, text) => {
    expect(codeOf(text, { task: columnsOf('yto') })).toBe(code);
    expect(codeOf(Buffer.from(text), { task: columnsOf('yto') })).toBe(code);
  });

  it('takes each task for its own columns', () => {
    const csv = `${HEAD},お問い合わせ番号,最新年月日,最新状態\r\n1-1,http://a/,1,2,3`;
    expect(parseResultCsv(csv, { task: columnsOf('jpt10') })).toHaveLength(1);
    expect(codeOf(csv, { task: columnsOf('jpto') })).toBe('CSV_NO_TASK_COLUMNS');
  });

  it('says what it got in one line, without e-mail addresses', () => {
    const html = `<html>\n<p>order of taro.yamada@example.co.jp\n${'x'.repeat(500)}`;
    expect(() => parseResultCsv(html)).toThrow(
      /^expected a CSV, got HTML: <html> <p>order of …@… x{20,40}…$/,
    );
    expect(() => parseResultCsv('taro@example.jp is not known')).toThrow(/got text .*: …@… is not known$/);
  });

  it('gives back any cells that were written by RFC 4180', () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', '配', ';'), maxLength: 6 })
      .map((text) => `x${text}x`);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const lines = [
          `\uFEFFweb-scraper-order,data2,data3`,
          ...rows.map(([a, b], i) => `1-${i},${quote(a)},${quote(b)}`),
        ];
        const records = parseResultCsv(lines.join('\r\n'));
        expect(records.map((each) => [each['data2'], each['data3']])).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });
});
