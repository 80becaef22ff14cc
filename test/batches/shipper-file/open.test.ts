import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf, openShipperFile } from '../../../src/batches/shipper-file/shipper-file.ts';
import {
  eventLine,
  FILE_RECORD,
  postFile,
  postNumbers,
  shipperFiles,
  tenOClock,
} from '../../support/batches/shipper-file.ts';

const files = shipperFiles();
const [NUMBER = '', OTHER = ''] = postNumbers(2);
const DELIVERED = { number: NUMBER, code: '5201', daysAgo: 1, office: '髙﨑郵便局' };

async function readAll(path: string) {
  const file = await openShipperFile(path);
  const read = [];
  for await (const each of eventsOf(file)) read.push(each);
  return { file, read };
}

const refusal = (path: string) =>
  openShipperFile(path).then(
    () => null,
    (error: unknown) => error,
  );

describe('encodings', () => {
  const text = postFile([DELIVERED]).replace('髙﨑郵便局', '高崎郵便局');
  const wide = Buffer.from(`\uFEFF${text}`, 'utf16le');
  it.each<[string, string | Buffer, string]>([
    ['Shift_JIS', text, 'shift_jis'],
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
    ['UTF-16', wide, 'utf-16le'],
    ['UTF-16, the other way', Buffer.from(wide).swap16(), 'utf-16be'],
  ])('%s', async (_, content, encoding) => {
    const { file, read } = await readAll(files.write(content));
    expect(file).toMatchObject({ encoding, layout: { name: 'japan-post-17', hasHeader: true } });
    expect(read).toEqual([
      {
        line: 2,
        number: NUMBER,
        event: {
          stateText: '配達完了',
          timeText: tenOClock(1).page,
          at: expect.stringMatching(/T10:00:00\+09:00$/),
          office: '高崎郵便局',
          region: null,
          details: null,
        },
        takesBack: false,
        warning: null,
      },
    ]);
  });

  it.each([
    ['EUC-JP', Buffer.from([0x93, 0x0a, 0xa4, 0xa2, 0x0a]), 'cannot be told for certain'],
    [
      'one that is not what its mark says',
      Buffer.from([0xef, 0xbb, 0xbf, 0x93, 0xfa]),
      'says that it is UTF-8, and is not',
    ],
    ['bytes', Buffer.from([1, 2, 0, 3]), 'is no text'],
    ['a workbook', Buffer.from('504b030414000600', 'hex'), 'is a workbook or a zip'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'is an old or encrypted Office file'],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'is a PDF'],
  ])('%s is refused', async (_, bytes, why) => {
    expect(await refusal(files.write(bytes, 'x.csv'))).toMatchObject({
      code: 'FILE_ENCODING',
      message:
        `x.csv ${why}${why.startsWith('cannot') ? '' : ''}; a CSV is meant, in Shift_JIS or UTF-8`.replace(
          'x.csv cannot',
          'x.csv is in an encoding that cannot',
        ),
    });
  });
});

describe('what is no such file', () => {
  it('not there, or a folder', async () => {
    expect(await refusal(join(files.folder, 'none.csv'))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await refusal(files.folder)).toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('empty', async () => {
    expect(await refusal(files.write('', 'x.csv'))).toMatchObject({
      code: 'FILE_EMPTY',
      message: 'x.csv is empty',
    });
  });

  it('too large', async () => {
    const path = files.write('a', 'x.csv');
    truncateSync(path, 257 * 1024 * 1024);
    expect(await refusal(path)).toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: 'x.csv is larger than 256 MB; import it in parts',
    });
    truncateSync(path, 0);
  });

  it.each([
    [
      'a,b\n1,2\n',
      'お問い合わせ番号 (number), 状態発生日時 (time), ステータスコード (code) or ステータス (status)',
    ],
    ['追跡番号,x\n1,2\n', '状態発生日時 (time), ステータスコード (code) or ステータス (status)'],
    ['number,date\n1,2\n', 'ステータスコード (code) or ステータス (status)'],
    ['status,time\n1,2\n', 'お問い合わせ番号 (number)'],
    // The list of ゆうプリR: it does not tell when a state began.
    [
      'お客様側管理番号,お問い合わせ番号,仮引受確定作業年月日\n1,2,3\n',
      '状態発生日時 (time), ステータスコード (code) or ステータス (status)',
    ],
  ])('without columns: %s', async (text, missing) => {
    expect(await refusal(files.write(text, 'x.csv'))).toMatchObject({
      code: 'FILE_COLUMNS',
      message: expect.stringContaining(`x.csv: its first line names no column for ${missing}, and`),
    });
  });

  it('without an event that can be taken', async () => {
    expect(await refusal(files.write('number,time,status\nx,2026/01/01,引受\n', 'x.csv'))).toMatchObject({
      code: 'FILE_NO_EVENTS',
      message: 'x.csv holds no event that can be taken; line 2: "x" is no tracking number',
    });
  });
});

describe('columns by their names', () => {
  it.each([
    'お問い合わせ番号,取扱日時,ステータスコード,ステータス,取扱局／支店名',
    '追跡番号,状態発生日,状態コード,配送履歴,取扱局',
    'Tracking Number,Event Time,Code,Status,Office',
    '"tracking_no","date","status_code","state","location"',
  ])('%s', async (header) => {
    const path = files.write(`${header}\n${NUMBER},2026/01/02 06:34:21,5130,,渋谷\n`);
    const { file, read } = await readAll(path);
    expect(file.layout).toMatchObject({ name: 'header', hasHeader: true });
    expect(read).toMatchObject([
      {
        number: NUMBER,
        event: { stateText: '不在 持ち戻り', at: '2026-01-02T06:34:21+09:00', office: '渋谷' },
      },
    ]);
  });

  it('separated by tabs, in another order, with no office', async () => {
    const { read } = await readAll(files.write(`状態\t日時\t伝票番号\nお届け済み\t20260102\t${NUMBER}\n`));
    expect(read).toMatchObject([
      {
        event: {
          stateText: 'お届け済み',
          timeText: '2026/01/02',
          at: '2026-01-02T00:00:00+09:00',
          office: null,
        },
      },
    ]);
  });
});

describe('lines', () => {
  it('a file without the record above its events begins with an event', async () => {
    const { file, read } = await readAll(files.write(`${eventLine(DELIVERED).replace('髙﨑', '')}\n`));
    expect(file.layout.hasHeader).toBe(false);
    expect(read).toHaveLength(1);
  });

  it.each([
    ['number', 3, '12345', '"12345" is no tracking number'],
    ['date', 5, '2026.13.01', '"2026.13.01" is no date'],
    ['state', 8, '', 'tells no state'],
  ])('a first event with a broken %s was taken for the record above them', async (_, at, cell, reason) => {
    const good = eventLine({ ...DELIVERED, office: '渋谷' });
    const { file, read } = await readAll(
      files.write([good.split(',').with(at, cell).join(','), good].join('\n')),
    );
    expect(file.layout).toMatchObject({ name: 'japan-post-17', hasHeader: false });
    expect(read).toMatchObject([
      { line: 1, reason },
      { line: 2, number: NUMBER },
    ]);
  });

  it('17 columns with names are told by these', async () => {
    const names = eventLine(DELIVERED)
      .split(',')
      .map(
        (_, at) =>
          ({ 3: '追跡番号', 5: '状態発生日時', 7: '取扱店名', 8: 'ステータスコード' })[at] ?? `${at}`,
      );
    const path = files.write([names.join(','), eventLine({ ...DELIVERED, office: '渋谷' })].join('\n'));
    const { file, read } = await readAll(path);
    expect(file.layout).toMatchObject({ name: 'header', hasHeader: true });
    expect(read).toMatchObject([{ line: 2, number: NUMBER }]);
  });

  it('that are broken are named with their reasons, and the rest is taken', async () => {
    const good = eventLine({ ...DELIVERED, office: '渋谷' });
    const changed = (index: number, cell: string) =>
      good
        .split(',')
        .map((each, at) => (at === index ? cell : each))
        .join(',');
    const lines = [
      good.slice(2),
      changed(3, ''),
      changed(3, '1.83793E+11'),
      changed(3, '12345'),
      changed(5, '202613011000'),
      changed(5, '299901011000'),
      changed(8, ''),
      `"${good}`,
      `${good}${'x'.repeat(10_000)}`,
      'x'.repeat(200_000),
      '',
      good,
    ];
    const { read } = await readAll(files.write([FILE_RECORD, ...lines].join('\n')));
    expect(read).toMatchObject([
      { line: 2, reason: 'has 16 columns where 17 are meant' },
      { line: 3, reason: 'nothing is no tracking number' },
      { line: 4, reason: 'number "1.83793E+11" has lost its last digits to a spreadsheet' },
      { line: 5, reason: '"12345" is no tracking number' },
      { line: 6, reason: '"2026/13/01 10:00" is no date' },
      { line: 7, reason: '"2999/01/01 10:00" is yet to come' },
      { line: 8, reason: 'tells no state' },
      { line: 9, reason: 'has a quotation mark that is out of place or never closed' },
      { line: 10, reason: 'has over 10000 characters' },
      { line: 11, reason: 'has over 10000 characters' },
      { line: 13, number: NUMBER },
    ]);
  });

  it('numbers with hyphens and wide digits are plain; a wrong check digit is told, and counts', async () => {
    const wrong = `${NUMBER.slice(0, -1)}${(Number(NUMBER.at(-1)) + 1) % 10}`;
    const written = OTHER.replace(/^(....)(....)/, '$1-$2-');
    const { read } = await readAll(
      files.write(`番号の列,追跡番号,日時,状態\n,${written},2026/1/2,引受\n,"${wrong}",2026/1/2,引受\n`),
    );
    expect(read).toMatchObject([
      { number: OTHER, warning: null },
      { number: wrong, warning: expect.stringContaining(`check digit of ${wrong}`) },
    ]);
  });

  it('a code that nobody knows is kept as it is, or as the text beside it', async () => {
    const { read } = await readAll(
      files.write(`number,time,code,status\n${NUMBER},2026/1/2,9998,\n${NUMBER},2026/1/2,30,到着\n`),
    );
    expect(read).toMatchObject([{ event: { stateText: '9998' } }, { event: { stateText: '到着' } }]);
  });
});
