import { describe, expect, it } from 'vitest';
import {
  baseUrl,
  byTask,
  columnLetter,
  columns,
  commaList,
  duration,
  folderUrl,
  headerList,
  nonEmpty,
  oneOf,
  positiveDuration,
  url,
  wholeNumber,
} from '../../src/settings/parse.ts';

const DURATION_FORM = 'a duration such as 500ms, 6s, 15m, 5h or 180d';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['6s', 6_000],
    ['15m', 900_000],
    ['5h', 18_000_000],
    ['180d', 15_552_000_000],
    ['0s', 0],
    ['0h', 0],
    ['1.5s', 1_500],
    [' 6s ', 6_000],
    ['8760h', 31_536_000_000],
    // Never rounded to nothing: `0s` means something else.
    ['0.1ms', 1],
  ])('%j is %i ms', (text, ms) => expect(duration(text)).toBe(ms));

  it.each([
    '',
    '6',
    's',
    '6 s',
    '-6s',
    '+6s',
    '6S',
    '6sec',
    '1m30s',
    '.5s',
    '1e3s',
    '１s',
    'NaNs',
    '6w',
    '6D',
  ])('%j is none', (text) => expect(() => duration(text)).toThrow(DURATION_FORM));

  it('refuses more than a year', () => expect(() => duration('8761h')).toThrow('at most 8760h'));

  it('may have to be more than nothing', () => {
    expect(positiveDuration('1ms')).toBe(1);
    expect(() => positiveDuration('0s')).toThrow(`${DURATION_FORM}, more than 0`);
    expect(() => positiveDuration('soon')).toThrow(DURATION_FORM);
  });
});

describe('whole numbers', () => {
  it.each([
    ['2', 2],
    ['5', 5],
    [' 4 ', 4],
    ['003', 3],
  ])('%j is %i', (text, value) => expect(wholeNumber(2, 5)(text)).toBe(value));

  it.each(['1', '6', '-3', '3.0', '3e0', '0x3', '', 'three', '3,4', 'Infinity', '３'])(
    '%j is refused',
    (text) => expect(() => wholeNumber(2, 5)(text)).toThrow('a whole number from 2 to 5'),
  );
});

describe('URLs', () => {
  it.each(['https://a.example/x', 'http://[::1]:8080', ' https://a.example '])('%j is one', (text) =>
    expect(url('https:', 'http:')(text)).toBe(text.trim()),
  );

  it.each(['a.example', '//a.example', 'ftp://a.example', 'https://', 'https:// a', '/path', 'mailto:a@b.c'])(
    '%j is refused',
    (text) => expect(() => url('https:', 'http:')(text)).toThrow('a URL beginning https:// or http://'),
  );

  it.each([
    ['https://a.example/api/v1', 'https://a.example/api/v1'],
    ['https://a.example/api/v1/', 'https://a.example/api/v1'],
    ['https://a.example/api/v1//', 'https://a.example/api/v1'],
    ['https://a.example', 'https://a.example'],
    ['https://a.example/', 'https://a.example'],
  ])('%j as a base is %j, as a folder the same with a slash', (text, base) => {
    expect(baseUrl('https:')(text)).toBe(base);
    expect(folderUrl('https:')(text)).toBe(`${base}/`);
  });
});

describe('texts', () => {
  it('are trimmed and hold something', () => {
    expect(nonEmpty(' a b ')).toBe('a b');
    expect(() => nonEmpty('  ')).toThrow('a text');
  });

  it('may be one of some', () => {
    const parse = oneOf('info', 'debug');
    expect(parse(' debug ')).toBe('debug');
    expect(() => parse('Debug')).toThrow('one of info, debug');
  });

  it('may be a list', () => {
    expect(commaList(' new , old,')).toEqual(['new', 'old']);
    expect(() => commaList(' , ,')).toThrow('one or more texts, separated by commas');
  });
});

describe('columns', () => {
  it.each([
    ['D', 'D'],
    [' aa ', 'AA'],
    ['xfd', 'XFD'],
  ])('%j is column %s', (text, letters) => expect(columnLetter(text)).toBe(letters));

  it.each(['', '4', 'A1', 'ABCD', 'Ａ', 'A,B', 'XFE'])('%j is none', (text) =>
    expect(() => columnLetter(text)).toThrow('a column letter such as D'),
  );

  it('come in threes, all different', () => {
    expect(columns('b, C ,h')).toEqual({ input: 'B', email: 'C', result: 'H' });
    expect(() => columns('A,B')).toThrow('three column letters: input, e-mail, result, such as A,B,C');
    expect(() => columns('A,B,C,D')).toThrow('three column letters');
    expect(() => columns('A,B,A')).toThrow('three different columns');
    expect(() => columns('A,B,3')).toThrow('a column letter such as D');
  });
});

describe('values by task', () => {
  const parse = byTask(['owt', 'yto'], 1, wholeNumber(1, 20_000));

  it.each([
    ['5', { all: 5, tasks: {} }],
    ['1,owt=100', { all: 1, tasks: { owt: 100 } }],
    ['owt=100', { all: 1, tasks: { owt: 100 } }],
    [' owt = 3 , 7 ', null],
    ['7, owt = 3 , yto=4', { all: 7, tasks: { owt: 3, yto: 4 } }],
  ])('%j', (text, value) => {
    if (value === null) expect(() => parse(text)).toThrow('a whole number from 1 to 20000');
    else expect(parse(text)).toEqual(value);
  });

  it('takes values that hold commas', () => {
    expect(byTask(['owt'], columns('A,B,C'), columns)('owt=B,C,H')).toEqual({
      all: { input: 'A', email: 'B', result: 'C' },
      tasks: { owt: { input: 'B', email: 'C', result: 'H' } },
    });
  });

  it.each([
    ['jpt=4', 'the task is one of owt, yto'],
    ['=4', 'the task is one of owt, yto'],
    ['toString=4', 'the task is one of owt, yto'],
    ['owt=1=2', 'a whole number from 1 to 20000'],
    ['owt=', 'a whole number from 1 to 20000'],
    ['1,', 'a whole number from 1 to 20000'],
    ['1,2', 'a whole number from 1 to 20000'],
    ['1,owt=20001', 'a whole number from 1 to 20000'],
    ['owt=1,owt=2', 'owt given once'],
  ])('%j is refused: %s', (text, allowed) => expect(() => parse(text)).toThrow(allowed));
});

describe('headers in one variable', () => {
  it.each([
    ['authorization=Bearer%20x', { authorization: 'Bearer x' }],
    ['X-Key = a=b , other=%E8%BF%BD', { 'x-key': 'a=b', other: '追' }],
  ])('%j', (text, headers) => expect(headerList(text)).toEqual(headers));

  it.each(['authorization', '=x', 'a b=c', 'a=%', 'a=%zz', 'a=', 'a=追'])('%j is none', (text) =>
    expect(() => headerList(text)).toThrow('name=value, comma-separated, values percent-encoded'),
  );
});
