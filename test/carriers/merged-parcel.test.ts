import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParcelEvent, ParcelHistory } from '../../src/carriers/history.ts';
import { judgeHistory } from '../../src/carriers/judge-history.ts';
import { historyOfRecord, journeysOf, mergeRecords, recordOf } from '../../src/carriers/merged-parcel.ts';
import { NOTHING_LEARNT } from '../../src/carriers/text-meaning.ts';
import { eventAt, historyOf } from '../support/carriers/histories.ts';

const event = (stateText: string, days: number | null, more: Partial<ParcelEvent> = {}): ParcelEvent => ({
  ...eventAt(stateText, days),
  ...more,
});
const onDay = (stateText: string, day: string, more: Partial<ParcelEvent> = {}): ParcelEvent =>
  event(stateText, null, { at: `2026-01-${day}T00:00:00+09:00`, timeText: `01/${day}`, ...more });

function merge(looks: readonly ParcelHistory[]) {
  const record = looks.map((look) => recordOf(look)).reduce(mergeRecords);
  const history = historyOfRecord({ carrier: 'yamato', number: '390512345016' }, record);
  return { record, history, journeys: journeysOf(history, record.events, NOTHING_LEARNT) };
}

const merged = (...looks: ParcelEvent[][]) =>
  merge(looks.map((events, index) => historyOf(events, 90 + index)));
const told = (...looks: ParcelEvent[][]) =>
  merged(...looks).record.events.map(({ stateText, office }) =>
    [stateText, office].filter(Boolean).join(' '),
  );

describe('no event stands twice', () => {
  it.each<[string, ParcelEvent[][], string[]]>([
    ['the same once more', [[event('配達中', 1)], [event('配達中', 1)]], ['配達中']],
    [
      'an office spelled otherwise',
      [
        [event('通過', 1, { office: '羽田 クロノゲート' })],
        [event('通過', 1, { office: '羽田クロノゲート' })],
      ],
      ['通過 羽田 クロノゲート'],
    ],
    [
      'an office that is told shorter, or not at all',
      [
        [event('通過', 1)],
        [event('通過', 1, { office: '新東京郵便局' })],
        [event('通過', 1, { office: '新東京' })],
      ],
      ['通過 新東京郵便局'],
    ],
    [
      'white space',
      [[event('ご不在 のため持ち戻り', 1)], [event('ご不在のため持ち戻り', 1)]],
      ['ご不在 のため持ち戻り'],
    ],
    [
      'no time',
      [
        [event('引受', 0), event('通過', null)],
        [event('引受', 0), event('通過', 1)],
      ],
      ['引受', '通過'],
    ],
    ['the day alone', [[onDay('持戻', '02')], [event('持戻', 1)]], ['持戻']],
  ])('%s', (_, looks, expected) => {
    expect(told(...looks)).toEqual(expected);
    expect(told(...looks.toReversed())).toEqual(expected);
  });
});

describe('no event is lost', () => {
  it.each<[string, ParcelEvent[][], string[]]>([
    ['fewer lines than before', [[event('引受', 0), event('通過', 1)], [event('通過', 1)]], ['引受', '通過']],
    ['another time', [[event('持戻', 1)], [event('持戻', 2)]], ['持戻', '持戻']],
    [
      'another office at that time',
      [[event('通過', 1, { office: '新東京' })], [event('通過', 1, { office: '京都' })]],
      ['通過 京都', '通過 新東京'],
    ],
    [
      'one without a time that stands behind a later line',
      [[event('持戻', 1), event('配達中', 2), event('持戻', null)], [event('持戻', 1)]],
      ['持戻', '配達中', '持戻'],
    ],
    ['another day', [[onDay('持戻', '05')], [event('持戻', 1)]], ['持戻', '持戻']],
  ])('%s', (_, looks, expected) => {
    expect(told(...looks)).toEqual(expected);
    expect(told(...looks.toReversed())).toEqual(expected);
  });
});

describe('a state above the history', () => {
  const statusOf = (...looks: ParcelHistory[]) => merge(looks).journeys.at(-1)?.judgement.status;

  it('is overtaken by later events, and not by an older look', () => {
    const early = historyOf([event('荷物受付', 0)], 1, { stateText: '持戻' });
    const late = historyOf([event('荷物受付', 0), event('配達中', 2)], 3);
    expect(statusOf(early)).toBe('attempt_failed');
    expect(statusOf(late, early)).toBe('out_for_delivery');
  });

  it('takes nothing back where the carrier has forgotten the number', () => {
    const gone = historyOf([], 200, { stateText: '＊＊ お問い合わせ番号が見つかりません。' });
    expect(statusOf(historyOf([event('荷物受付', 0)], 1), gone)).toBe('expired');
    expect(statusOf(historyOf([event('配達完了', 0)], 1), gone)).toBe('delivered');
    expect(statusOf(gone)).toBe('unknown');
  });
});

it('a number used again is a new parcel, in whatever order both are heard of', () => {
  const first = [event('荷物受付', 0), event('配達完了', 1)];
  const second = [event('荷物受付', 80), event('配達中', 81)];
  for (const looks of [[first, second], [second, first], [[...first, ...second]]])
    expect(merged(...looks).journeys.map(({ judgement }) => judgement.status)).toEqual([
      'delivered',
      'out_for_delivery',
    ]);
});

const TEXTS = [
  '荷物受付',
  '発送済み',
  '作業店通過',
  '配達中',
  '持戻',
  '保管中',
  '調査中',
  '返品',
  '配達完了',
  '謎',
];
const OFFICES = [null, '羽田', '羽田クロノゲート', '京都 支店'];

/** A history as a page has it: in time, some lines with a day alone or with no time. */
const wholeHistories = fc
  .array(
    fc.record({
      text: fc.constantFrom(...TEXTS),
      hours: fc.integer({ min: 1, max: 40 }),
      office: fc.constantFrom(...OFFICES),
      time: fc.constantFrom('minute', 'minute', 'minute', 'day', 'none'),
    }),
    { maxLength: 12 },
  )
  .map((lines) => {
    let hours = 0;
    return lines.map(({ text, hours: more, office, time }) => {
      hours += more;
      const exact = event(text, hours / 24, { office });
      if (time === 'minute') return exact;
      const day = exact.at?.slice(0, 10);
      return time === 'none'
        ? { ...exact, at: null, timeText: '' }
        : { ...exact, at: `${day}T00:00:00+09:00`, timeText: `${day}` };
    });
  });

it('partial histories, in any order and however often, come to the same as the whole', () => {
  const parts = fc.tuple(wholeHistories, fc.array(fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })));
  fc.assert(
    fc.property(parts, fc.infiniteStream(fc.nat()), ([whole, masks], dice) => {
      const looks = [whole, ...masks.map((mask) => whole.filter((_, index) => mask[index]))];
      const shuffled = [...looks, ...looks]
        .map((events) => ({ events, by: dice.next().value ?? 0 }))
        .toSorted((one, other) => one.by - other.by)
        .map(({ events }) => historyOf(events, 30));
      const once = merge([historyOf(whole, 30)]);
      const often = merge(shuffled);
      expect(often.record.events).toEqual(once.record.events);
      expect(often.journeys).toEqual(once.journeys);
      expect(merge([...shuffled, often.history]).record.events).toEqual(once.record.events);
    }),
    { numRuns: 500 },
  );
});

it('what is merged is judged as the page itself', () => {
  fc.assert(
    fc.property(wholeHistories, (whole) => {
      const page = historyOf(
        whole.filter(({ timeText }) => timeText.includes(':')),
        30,
      );
      const { event: _, ...own } = judgeHistory(page);
      expect(merge([page]).journeys.at(-1)?.judgement).toMatchObject(own);
    }),
  );
});
