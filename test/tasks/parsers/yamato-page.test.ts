import { expect, it } from 'vitest';

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
const ACCEPTED = event('荷物受付', '01月01日 10:00', '厚木営業所', '2026-01-01T10:00:00+09:00');

it('tells state, time and office of the latest event, and the page’s own state', () => {
  const last = event('配達完了', '01月02日 14:05', '新宿住吉町営業所', AT);
  expect(yamatoResult(parcel([ACCEPTED, last]))).toEqual({
    text: '配達完了｜｜｜01月02日 14:05｜｜｜新宿住吉町営業所',
    trackingNumber: '390512345016',
    status: 'delivered',
    statusText: '配達完了（宅配ボックス）',
    eventAt: AT,
  });
});

it.each<[YamatoEvent, string]>([
  [event('配達完了', '０１月２日　１４：０５', '営業所', AT), '配達完了｜｜｜01月02日 14:05｜｜｜営業所'],
  [event('出荷指示', '01月02日', null, AT), '出荷指示｜｜｜01月02日｜｜｜'],
  [event('出荷指示', '', null, null), '出荷指示｜｜｜｜｜｜'],
  [event('配達中', '夕方', '営業所', null), '配達中｜｜｜夕方｜｜｜営業所'],
  [event('配達｜｜｜中\u0007', '01月02日 14:05', '｜', AT), '配達|||中｜｜｜01月02日 14:05｜｜｜|'],
])('case %#: %s', (last, text) => {
  expect(yamatoResult(parcel([ACCEPTED, last])).text).toBe(text);
});

it('of a number without events is the state alone, its day the overview’s', () => {
  const unknown = { stateText: '伝票番号未登録', status: 'unknown' } as const;
  expect(yamatoResult(parcel([], unknown))).toMatchObject({
    text: '伝票番号未登録',
    status: 'unknown',
    statusText: '伝票番号未登録',
    eventAt: null,
  });
  expect(yamatoResult(parcel([], { date: AT })).eventAt).toBe(AT);
});
