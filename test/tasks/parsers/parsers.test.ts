import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ParcelEvent, ParcelHistory } from '../../../src/carriers/history.ts';
import type { CarrierName } from '../../../src/carriers/status.ts';
import { cellText, joinFields } from '../../../src/tasks/fields.ts';
import { FIELD_SEPARATOR } from '../../../src/workbook/our-texts.ts';
import { isRedirect } from '../../../src/tasks/redirect.ts';
import { TRACKING_TASKS } from '../../../src/tasks/registry.ts';
import type { CsvRecord, RowResult } from '../../../src/tasks/result.ts';
import { webscraperTask } from '../../support/tasks/webscraper-task.ts';

const SCRAPED = new Date('2026-01-03T09:00:00+09:00');
const parse = (prefix: string, records: CsvRecord[], trackingNumber: string | null = null, at = SCRAPED) =>
  webscraperTask(prefix).lookup.parse(records, { trackingNumber }, at);

const NOT_FOUND =
  '＊＊ お問い合わせ番号が見つかりません。お問い合わせ番号をご確認の上、お近くの郵便局にお問い合わせください。';
const WRONG_LENGTH = '＊＊ お問い合わせ番号の入力桁数に誤りがあります。桁数をご確認ください。';
const line = (
  stateText: string,
  timeText: string,
  at: string | null,
  more: Partial<ParcelEvent> = {},
): ParcelEvent => ({ stateText, timeText, at, office: null, region: null, details: null, ...more });
const SHINJUKU = { office: '新宿郵便局', region: '東京都' };
const historyIn = (
  carrier: CarrierName | null,
  number: string | null,
  events: ParcelEvent[],
): ParcelHistory => ({
  carrier,
  number,
  stateText: null,
  date: null,
  events,
  estimates: [],
  product: null,
  summary: null,
  seenAt: SCRAPED.toISOString(),
});
const UNJUDGED = {
  orderNumber: null,
  subStatus: null,
  isTerminal: false,
  terminalFrom: null,
  since: null,
  event: null,
  unknownTexts: [],
};
const post = (time: string, state: string, rest: CsvRecord = {}) => ({
  状態発生日: time,
  配送履歴: state,
  詳細1: '',
  取扱局: '新宿郵便局',
  県名等: '東京都',
  ...rest,
});
const ten = (number: string, state: string, time: string) => ({
  お問い合わせ番号: number,
  最新状態: state,
  最新年月日: time,
});

describe.each(['owryt', 'yto'])('Yamato history (%s)', (prefix) => {
  it('takes the last record with data2', () => {
    const records = [
      { data2: '荷物受付', data3: '12月18日 10:00', name: 'A' },
      { data2: '配達完了（宅配ボックス）', data3: '12月19日 19:10', name: '' },
      { data2: 'nan', data3: '12月20日 10:00', name: 'C' },
    ];
    expect(parse(prefix, records, '1')).toEqual({
      text: '配達完了（宅配ボックス）｜｜｜12月19日 19:10｜｜｜',
      trackingNumber: '1',
      status: 'delivered',
      statusText: '配達完了（宅配ボックス）',
      eventAt: '2025-12-19T19:10:00+09:00',
      orderNumber: null,
      subStatus: '宅配ボックス',
      isTerminal: true,
      terminalFrom: '2025-12-19T19:10:00+09:00',
      since: '2025-12-19T19:10:00+09:00',
      event: line('配達完了（宅配ボックス）', '12月19日 19:10', '2025-12-19T19:10:00+09:00'),
      unknownTexts: [],
      history: historyIn('yamato', '1', [
        line('荷物受付', '12月18日 10:00', '2025-12-18T10:00:00+09:00', { office: 'A' }),
        line('配達完了（宅配ボックス）', '12月19日 19:10', '2025-12-19T19:10:00+09:00'),
      ]),
    } satisfies RowResult);
  });

  it('takes the tracking number of the last record with a link', () => {
    const records = [
      { data2: '輸送中', data3: '', name: '', 'category-link-0': '1837-9277-9160' },
      { data2: '', data3: '', name: '', 'category-link-0': 'お問い合わせ番号：２８３７-9277-9160' },
      { data2: '', data3: '', name: '', 'category-link-0': 'None' },
    ];
    expect(parse(prefix, records)).toMatchObject({
      trackingNumber: '283792779160',
      text: '輸送中｜｜｜｜｜｜',
      eventAt: null,
    });
  });

  it('goes by time-scraped where there is one', () => {
    const record = {
      data2: '輸送中',
      data3: '12月30日 10:00',
      name: 'A',
      'time-scraped': '2024-01-02 08:00:00',
    };
    expect(parse(prefix, [record])).toMatchObject({
      eventAt: '2023-12-30T10:00:00+09:00',
      status: 'in_transit',
    });
    expect(parse(prefix, [{ ...record, 'time-scraped': 'null' }])?.eventAt).toBe('2025-12-30T10:00:00+09:00');
  });

  it('expires what nobody heard of for thirty days', () => {
    expect(parse(prefix, [{ data2: '輸送中', data3: '12月03日 10:00', name: '' }])?.status).toBe('expired');
  });

  it('keeps an unknown state as text', () => {
    expect(parse(prefix, [{ data2: '伝票番号誤り', data3: '', name: '' }])).toMatchObject({
      text: '伝票番号誤り｜｜｜｜｜｜',
      status: 'unknown',
      statusText: '伝票番号誤り',
    });
  });
});

describe.each(['rtjpt', 'jpto'])('Japan Post history (%s)', (prefix) => {
  it('takes the last record with 配送履歴', () => {
    const records = [
      post('2025/12/17 10:34', '引受'),
      post('2025/12/18 08:00', 'お届け先にお届け済み', { 詳細1: ' NaN ' }),
      post('2025/12/19 08:00', ''),
    ];
    expect(parse(prefix, records, '2')).toEqual({
      text: '2025/12/18 08:00｜｜｜お届け先にお届け済み｜｜｜NaN｜｜｜新宿郵便局｜｜｜東京都',
      trackingNumber: '2',
      status: 'delivered',
      statusText: 'お届け先にお届け済み',
      eventAt: '2025-12-18T08:00:00+09:00',
      orderNumber: null,
      subStatus: null,
      isTerminal: true,
      terminalFrom: '2025-12-18T08:00:00+09:00',
      since: '2025-12-18T08:00:00+09:00',
      event: line('お届け先にお届け済み', '2025/12/18 08:00', '2025-12-18T08:00:00+09:00', {
        ...SHINJUKU,
        details: 'NaN',
      }),
      unknownTexts: [],
      history: historyIn('japan_post', '2', [
        line('引受', '2025/12/17 10:34', '2025-12-17T10:34:00+09:00', SHINJUKU),
        line('お届け先にお届け済み', '2025/12/18 08:00', '2025-12-18T08:00:00+09:00', {
          ...SHINJUKU,
          details: 'NaN',
        }),
      ]),
    } satisfies RowResult);
  });

  it.each([post('', NOT_FOUND, { 取扱局: '', 県名等: '' }), post(NOT_FOUND, '', { 取扱局: '', 県名等: '' })])(
    'gives a notice alone',
    (record) => {
      expect(parse(prefix, [record], '2')).toEqual({
        text: NOT_FOUND,
        trackingNumber: '2',
        status: 'unknown',
        statusText: NOT_FOUND,
        eventAt: null,
        ...UNJUDGED,
        subStatus: 'not-registered',
        event: line(NOT_FOUND, '', null),
        history: { ...historyIn('japan_post', '2', []), stateText: NOT_FOUND },
      });
    },
  );

  it('has no result without 配送履歴', () => {
    expect(parse(prefix, [post('2025/12/17', '')])).toBeNull();
  });
});

describe('ten numbers of Japan Post', () => {
  const records = [
    ten('1837-9277-9166', '到着', '2025/12/30 10:37'),
    ten('2837-9277-9166', NOT_FOUND, ''),
    ten('3837-9277-9166', '', WRONG_LENGTH),
    ten('4837-9277-9166', '引受', ''),
    ten('4837-9277-9166', '', '2026/01/02'),
    ten('5837-9277-9166', '', ''),
  ];
  it.each([
    ['183792779166', '到着｜｜｜2025/12/30 10:37', 'in_transit', '2025-12-30T10:37:00+09:00'],
    ['283792779166', NOT_FOUND, 'unknown', null],
    ['383792779166', WRONG_LENGTH, 'unknown', null],
    ['483792779166', '引受｜｜｜', 'in_transit', null],
  ])('%s', (number, text, status, eventAt) => {
    expect(parse('jpt10', records, number)).toMatchObject({ text, status, eventAt, trackingNumber: number });
  });

  it.each(['583792779166', '999999999999', '', null])('%s has no result', (number) => {
    expect(parse('jpt10', records, number)).toBeNull();
  });
});

it('takes the dates of an order page', () => {
  const records = [
    {
      order_date: '2025年12月17日',
      estimated_delivery_date: '',
      'Official-website-arrival-time': '12月19日',
    },
    { order_date: '', estimated_delivery_date: 'None', 'Official-website-arrival-time': '' },
  ];
  expect(parse('owt', records)).toEqual({
    text: '2025年12月17日｜｜｜｜｜｜12月19日',
    trackingNumber: null,
    status: 'unknown',
    statusText: null,
    eventAt: null,
    ...UNJUDGED,
    history: {
      ...historyIn(null, null, []),
      estimates: [{ origin: 'Official-website-arrival-time', text: '12月19日' }],
    },
  } satisfies RowResult);
});

const PARSERS = TRACKING_TASKS.flatMap(({ name, lookup }) =>
  lookup.by === 'webscraper' ? [{ name, parse: lookup.parse }] : [],
);

it.each(PARSERS)('$name has no result in records without its fields', ({ parse: parser }) => {
  expect(parser([], { trackingNumber: '183792779160' }, SCRAPED)).toBeNull();
  expect(
    parser([{ 'web-scraper-order': '1-1', email: 'a@b.jp' }], { trackingNumber: '183792779160' }, SCRAPED),
  ).toBeNull();
});

describe('isRedirect', () => {
  const owryt = webscraperTask('owryt').lookup;
  it.each<[string, CsvRecord[], boolean]>([
    ['empty in every record', [{ Discriminant: '' }, { Discriminant: 'nan' }, {}], true],
    ['set in one', [{ Discriminant: '' }, { Discriminant: 'x' }], false],
    ['no records', [], false],
    ['no such column', [{ data2: '' }], false],
  ])('%s', (_, records, expected) => {
    expect(isRedirect(owryt, records)).toBe(expected);
  });

  it('is for official orders alone', () => {
    expect(isRedirect(webscraperTask('owt').lookup, [{ Discriminant: '' }])).toBe(false);
    expect(isRedirect(webscraperTask('rtjpt').lookup, [{ Discriminant: '' }])).toBe(false);
  });
});

describe('fields', () => {
  it.each([
    ['nan', ''],
    [' None ', ''],
    ['null', ''],
    ['nano', 'nano'],
    ['\u3000x\u3000', 'x'],
  ])('%s', (cell, expected) => {
    expect(cellText(cell)).toBe(expected);
  });

  it('split again into as many as were joined', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '｜', '配', ' ', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
        expect(joinFields(fields).split(FIELD_SEPARATOR)).toHaveLength(fields.length);
      }),
    );
  });

  it('keep what a cell can hold', () => {
    const name = `a\r\nb\u0000\u001Bc${'x'.repeat(5000)}`;
    const text = parse('yto', [{ data2: '配達中', data3: '', name }])?.text ?? '';
    expect(text).toMatch(/^配達中｜｜｜｜｜｜a\nbcx+…$/);
    expect(text.length).toBeLessThan(4020);
  });
});
