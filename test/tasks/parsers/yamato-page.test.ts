import { expect, it } from 'vitest';

import { learntKey } from '../../../src/carriers/text-meaning.ts';
import type { YamatoEvent, YamatoParcel } from '../../../src/carriers/yamato/types.ts';
import { yamatoResult } from '../../../src/tasks/parsers/yamato-page.ts';

const event = (
  stateText: string,
  timeText: string,
  office: string | null,
  at: string | null,
): YamatoEvent => ({
  stateText,
  at,
  timeText,
  office,
  officeUrl: null,
});
const parcel = (events: YamatoEvent[], more: Partial<YamatoParcel> = {}): YamatoParcel => ({
  number: '390512345016',
  stateText: '配達完了（宅配ボックス）',
  status: 'delivered',
  date: null,
  events,
  product: null,
  windows: [],
  summary: null,
  ...more,
});
const AT = '2026-01-02T14:05:00+09:00';
const ASKED = new Date('2026-01-03T09:00:00+09:00');
const lineOf = (stateText: string, timeText: string, office: string, at: string) => ({
  stateText,
  timeText,
  at,
  office,
  region: null,
  details: null,
});
const ACCEPTED = event('荷物受付', '01月01日 10:00', '厚木営業所', '2026-01-01T10:00:00+09:00');

it('tells state, time and office of the latest event, and the page’s own state', () => {
  const last = event('配達完了', '01月02日 14:05', '新宿住吉町営業所', AT);
  const result = yamatoResult(parcel([ACCEPTED, last]), ASKED);
  expect(result).toEqual({
    text: '配達完了｜｜｜01月02日 14:05｜｜｜新宿住吉町営業所',
    trackingNumber: '390512345016',
    status: 'delivered',
    statusText: '配達完了（宅配ボックス）',
    eventAt: AT,
    orderNumber: null,
    subStatus: '宅配ボックス',
    isTerminal: true,
    terminalFrom: AT,
    since: AT,
    event: expect.objectContaining({ stateText: '配達完了', at: AT }),
    unknownTexts: [],
    history: expect.anything(),
  });
  expect(result.history).toEqual({
    carrier: 'yamato',
    number: '390512345016',
    stateText: '配達完了（宅配ボックス）',
    date: null,
    events: [
      lineOf('荷物受付', '01月01日 10:00', '厚木営業所', '2026-01-01T10:00:00+09:00'),
      lineOf('配達完了', '01月02日 14:05', '新宿住吉町営業所', AT),
    ],
    estimates: [],
    product: null,
    summary: null,
    seenAt: ASKED.toISOString(),
  });
});

it.each<[YamatoEvent, string]>([
  [event('配達完了', '０１月２日　１４：０５', '営業所', AT), '配達完了｜｜｜01月02日 14:05｜｜｜営業所'],
  [event('出荷指示', '01月02日', null, AT), '出荷指示｜｜｜01月02日｜｜｜'],
  [event('出荷指示', '', null, null), '出荷指示｜｜｜｜｜｜'],
  [event('配達中', '夕方', '営業所', null), '配達中｜｜｜夕方｜｜｜営業所'],
  [event('配達｜｜｜中\u0007', '01月02日 14:05', '｜', AT), '配達|||中｜｜｜01月02日 14:05｜｜｜|'],
])('case %#: %s', (last, text) => {
  expect(yamatoResult(parcel([ACCEPTED, last]), ASKED).text).toBe(text);
});

it('of a number without events is the state alone, its day the overview’s', () => {
  const unknown = { stateText: '伝票番号未登録', status: 'unknown' } as const;
  expect(yamatoResult(parcel([], unknown), ASKED)).toMatchObject({
    text: '伝票番号未登録',
    status: 'unknown',
    statusText: '伝票番号未登録',
    eventAt: null,
  });
  expect(yamatoResult(parcel([], { date: AT }), ASKED).eventAt).toBe(AT);
});

it('keeps what is said of delivery, and the office’s page', () => {
  const windows = [
    { label: 'お届け予定日時', text: '01/03 14:00-16:00' },
    { label: 'お届け希望日時', text: '-' },
  ];
  const officeUrl = 'https://toi.kuronekoyamato.co.jp/office';
  const { history } = yamatoResult(
    parcel([{ ...ACCEPTED, officeUrl }], { windows, product: '宅急便', summary: 'お届けします' }),
    ASKED,
  );
  expect(history).toMatchObject({
    estimates: [{ origin: 'お届け予定日時', text: '01/03 14:00-16:00' }],
    product: '宅急便',
    summary: 'お届けします',
    events: [{ details: officeUrl }],
  });
});

it('judges the whole history, by what was learnt too', () => {
  const back = event('返品', '01月01日 12:00', null, '2026-01-01T12:00:00+09:00');
  const carried = parcel([ACCEPTED, back, event('輸送中', '01月02日 14:05', null, AT)], {
    stateText: '輸送中',
  });
  expect(yamatoResult(carried, ASKED)).toMatchObject({
    status: 'returned',
    isTerminal: false,
    statusText: '輸送中',
    text: '輸送中｜｜｜01月02日 14:05｜｜｜',
  });
  const strange = parcel([ACCEPTED], { stateText: '謎の状態' });
  expect(yamatoResult(strange, ASKED)).toMatchObject({
    status: 'unknown',
    unknownTexts: [{ text: '謎の状態', before: '荷物受付', after: null }],
  });
  const learnt = new Map([[learntKey('謎の状態', 'yamato'), 'exception']] as const);
  expect(yamatoResult(strange, ASKED, learnt)).toMatchObject({ status: 'exception', unknownTexts: [] });
});
