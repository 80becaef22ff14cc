import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParcelEvent } from '../../src/carriers/history.ts';
import { judgeHistory, splitHistory } from '../../src/carriers/judge-history.ts';
import { TRACKING_STATUSES } from '../../src/carriers/status.ts';
import { STATUS_TEXTS } from '../../src/carriers/status-texts.ts';
import { learntKey } from '../../src/carriers/text-meaning.ts';
import { dayAt, eventAt, historyOf } from '../support/carriers/histories.ts';

/** `荷物受付@0 輸送中@1 謎`: text and day; without a day: no time. */
const eventsOf = (line: string): ParcelEvent[] =>
  line.split(' ').map((each) => {
    const [text = '', days] = each.split('@');
    return eventAt(text, days === undefined ? null : Number(days));
  });
const judge = (line: string, seenAfterDays: number, stateText: string | null = null) =>
  judgeHistory(historyOf(eventsOf(line), seenAfterDays, { stateText }));

describe('the whole history is judged', () => {
  it.each<[string, number, string, boolean]>([
    ['荷物受付@0 発送済み@0.1 配達中@1', 2, 'out_for_delivery', false],
    ['荷物受付@0 配達中@1 持戻@1.1 配達中@2', 3, 'out_for_delivery', false],
    ['荷物受付@0 配達完了@1', 2, 'delivered', true],
    // A late line after it.
    ['荷物受付@0 配達完了@1 作業店通過@1.1', 2, 'delivered', true],
    ['荷物受付@0 配達完了@1 謎の状態@1.1', 2, 'delivered', true],
    ['荷物受付@0 配達完了@1 持戻@1.1', 2, 'delivered', true],
    ['荷物受付@0 配達完了@1 返品@3', 4, 'returned', false],
    // On its way back.
    ['荷物受付@0 返品@3 輸送中@4', 5, 'returned', false],
    ['荷物受付@0 返品@3 輸送中@4 配達中@5 持戻@5.1', 6, 'returned', false],
    ['荷物受付@0 返品@3 輸送中@4 返品完了@5', 6, 'returned', true],
    ['荷物受付@0 返品@3 輸送中@4 配達完了@5', 6, 'returned', true],
    ['荷物受付@0 返品完了@3 輸送中@4', 6, 'returned', true],
    ['引受@0 返送@3 到着@4 差出人に返送済み@5', 6, 'returned', true],
    ['引受@0 差出人に返送@3 到着@4', 6, 'returned', false],
    ['引受@0 配達完了返還完了@3', 6, 'returned', true],
    ['荷物受付@0 転送・返送@3', 6, 'returned', false],
    // Nothing moved for 14 days.
    ['荷物受付@0 返品@3', 16.9, 'returned', false],
    ['荷物受付@0 返品@3', 17, 'returned', true],
    ['荷物受付@0 返品@3 輸送中@10', 17, 'returned', false],
    ['荷物受付@0 返品@3 輸送中@10', 24, 'returned', true],
    ['引受@0 返送@3', 500, 'returned', true],
    ['引受@0 転送・返送@3', 20, 'returned', false],
    // Nothing was heard of it for 30 days.
    ['輸送中@0', 30, 'in_transit', false],
    ['輸送中@0', 30.1, 'expired', false],
    ['荷物受付@0 輸送中@25', 31, 'in_transit', false],
    ['配達完了@0', 400, 'delivered', true],
    ['返品@0', 400, 'returned', true],
    ['謎の状態@0', 400, 'unknown', false],
    ['輸送中', 400, 'in_transit', false],
    // Nobody knows the last of it.
    ['荷物受付@0 謎の状態@1', 2, 'unknown', false],
    ['荷物受付@0 謎の状態@1 配達中@2', 3, 'out_for_delivery', false],
    // A button is no state.
    ['荷物受付@0 配達中@1 お届け完了通知を依頼@2', 3, 'out_for_delivery', false],
    ['お届け完了通知を依頼@2', 3, 'unknown', false],
  ])('%s, seen on day %d: %s, terminal: %s', (line, seen, status, isTerminal) => {
    expect(judge(line, seen)).toMatchObject({ status, isTerminal });
  });

  it('the state above the history comes last, and may say how', () => {
    expect(judge('荷物受付@0 配達完了@1', 2, '配達完了（宅配ボックス）')).toMatchObject({
      status: 'delivered',
      subStatus: '宅配ボックス',
      since: dayAt(1),
    });
    expect(judge('返品@0 輸送中@1', 2, '輸送中')).toMatchObject({ status: 'returned', eventAt: dayAt(1) });
    expect(judge('配達中@0 持戻@1', 2, '依頼受付（再配達）')).toMatchObject({
      status: 'in_transit',
      subStatus: 'date-agreed',
    });
  });

  it('a state without a history is judged by its day', () => {
    const alone = historyOf([], 31, { stateText: '輸送中', date: dayAt(0) });
    expect(judgeHistory(alone)).toMatchObject({ status: 'expired', eventAt: dayAt(0) });
    expect(judgeHistory(historyOf([], 1, { stateText: '伝票番号未登録' }))).toMatchObject({
      status: 'unknown',
      subStatus: 'not-registered',
      eventAt: null,
      unknownTexts: [],
    });
    expect(judgeHistory(historyOf([], 1))).toMatchObject({ status: 'unknown', event: null, eventAt: null });
  });

  it('tells since when, and which event decides', () => {
    expect(judge('荷物受付@0 輸送中@1 作業店通過@2', 3)).toMatchObject({
      status: 'in_transit',
      since: dayAt(0),
      event: { stateText: '作業店通過' },
      eventAt: dayAt(2),
    });
    expect(judge('荷物受付@0 返品@1 輸送中@2 返品完了@3', 4)).toMatchObject({
      since: dayAt(1),
      event: { stateText: '返品完了' },
      terminalFrom: dayAt(3),
    });
    expect(judge('配達完了@1 作業店通過@2', 4)).toMatchObject({
      since: dayAt(1),
      event: { stateText: '配達完了' },
      terminalFrom: dayAt(1),
      eventAt: dayAt(2),
    });
    expect(Date.parse(judge('返品@1 輸送中@2', 4).terminalFrom ?? '')).toBe(Date.parse(dayAt(16)));
    expect(judge('輸送中@1', 4).terminalFrom).toBeNull();
  });

  it('a sub-status is that of the event that decides', () => {
    expect(judge('持戻（住所不明）@1', 2).subStatus).toBe('住所不明');
    expect(judge('持戻（住所不明）@1 配達中@2', 3).subStatus).toBeNull();
    expect(judge('返送（あて名不完全）@1 到着@2 差出人に返送済み@3', 4).subStatus).toBe('あて名不完全');
  });

  it('lists what nobody knows, with what stands around it', () => {
    expect(judge('荷物受付@0 謎（一）@1 配達中@2 謎二@3', 4).unknownTexts).toEqual([
      { text: '謎（一）', before: '荷物受付', after: '配達中' },
      { text: '謎二', before: '配達中', after: null },
    ]);
    const learnt = new Map([[learntKey('謎二', 'yamato'), 'attempt_failed']] as const);
    expect(judgeHistory(historyOf(eventsOf('配達中@2 謎二@3'), 4), learnt)).toMatchObject({
      status: 'attempt_failed',
      unknownTexts: [],
    });
  });
});

describe('a number that is used again', () => {
  const parcels = (line: string) =>
    splitHistory(historyOf(eventsOf(line), 200)).map((events) => events.map(({ stateText }) => stateText));
  it.each<[string, number]>([
    ['荷物受付@0 配達完了@1 荷物受付@61', 1],
    ['荷物受付@0 配達完了@1 荷物受付@61.1 配達中@62', 2],
    ['引受@0 お届け済み@1 引受@62', 2],
    ['荷物受付@0 配達完了@1 出荷指示@62 荷物受付@63', 2],
    ['荷物受付@0 配達完了@1 輸送中@62', 1],
    // Never delivered: a parcel that lay for long.
    ['荷物受付@0 保管中@1 荷物受付@100', 1],
    ['荷物受付@0 返品@1 荷物受付@62', 2],
    ['荷物受付@0 返品@1 輸送中@30 荷物受付@62', 1],
    ['荷物受付@0 返品完了@1 荷物受付@62 配達完了@63 荷物受付@130', 3],
    // When nobody knows when, it is the same parcel.
    ['荷物受付 配達完了 荷物受付', 1],
  ])('%s: %d parcels', (line, count) => {
    expect(parcels(line)).toHaveLength(count);
    expect(parcels(line).flat()).toEqual(line.split(' ').map((each) => each.split('@')[0]));
  });

  it('is judged by its latest parcel alone', () => {
    expect(judge('荷物受付@0 配達完了@1 荷物受付@62 配達中@63', 64)).toMatchObject({
      status: 'out_for_delivery',
      isTerminal: false,
      since: dayAt(63),
    });
  });
});

describe('times', () => {
  it('that are out of order are put in order', () => {
    expect(judge('配達中@2 荷物受付@0 輸送中@1', 3).status).toBe('out_for_delivery');
    expect(judge('配達完了@3 返品@1 輸送中@2', 4)).toMatchObject({ status: 'returned', isTerminal: true });
  });

  it('that are missing leave a line where it stands', () => {
    expect(judge('荷物受付@0 配達中 輸送中@-1', 3).status).toBe('out_for_delivery');
    expect(judge('配達中 持戻 保管中', 3).status).toBe('available_for_pickup');
    expect(judge('保管中 持戻 配達中', 3).status).toBe('out_for_delivery');
  });

  it('a date alone follows what happened on that day before it', () => {
    const events = [eventAt('配達中', 1), { ...eventAt('持戻', 1), at: '2026-01-02T00:00:00+09:00' }];
    expect(judgeHistory(historyOf(events, 2)).status).toBe('attempt_failed');
  });
});

const TEXTS = [
  ...STATUS_TEXTS.flatMap(({ texts }) => texts),
  '謎の状態',
  '持戻（住所不明）',
  'お届け完了通知を依頼',
];
const timed = fc.record({ text: fc.constantFrom(...TEXTS), days: fc.nat({ max: 6 }) });
const anyTime = fc.record({
  text: fc.constantFrom(...TEXTS),
  days: fc.option(fc.integer({ min: -100, max: 200 }), { nil: null }),
});
const eventOf = ({ text, days }: { text: string; days: number | null }) => eventAt(text, days);

describe('whatever a history holds', () => {
  it('the order of equal times changes nothing, nor do doubled lines', () => {
    const lines = fc
      .array(timed, { maxLength: 12 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list)),
      );
    fc.assert(
      fc.property(lines, fc.nat({ max: 60 }), ([list, mixed, twice], seen) => {
        const judged = judgeHistory(historyOf(list.map(eventOf), seen));
        expect(judgeHistory(historyOf(mixed.map(eventOf), seen))).toEqual(judged);
        const doubled = judgeHistory(historyOf([...mixed, ...twice].map(eventOf), seen));
        const { unknownTexts, ...rest } = judged;
        expect(doubled).toMatchObject(rest);
        expect(doubled.unknownTexts.map(({ text }) => text)).toEqual(unknownTexts.map(({ text }) => text));
      }),
    );
  });

  it('late lines that tell of no return leave a delivered parcel delivered', () => {
    const late = fc.array(anyTime.filter(({ text }) => !/返|配達完了/u.test(text)));
    fc.assert(
      fc.property(late, (list) => {
        const events = [eventAt('荷物受付', 0), eventAt('配達完了', 1)];
        const soon = list.map(({ text }, index) => eventAt(text, 1 + (index % 50)));
        const judged = judgeHistory(historyOf([...events, ...soon], 400));
        expect(judged).toMatchObject({ status: 'delivered', isTerminal: true, since: dayAt(1) });
      }),
    );
  });

  it('it is split without loss, judged without fail, and the same each time', () => {
    fc.assert(
      fc.property(fc.array(anyTime), fc.integer({ min: -50, max: 400 }), (list, seen) => {
        const history = historyOf(list.map(eventOf), seen);
        const judged = judgeHistory(history);
        expect(TRACKING_STATUSES).toContain(judged.status);
        const parcels = splitHistory(history);
        const states = list.filter(({ text }) => text !== 'お届け完了通知を依頼');
        expect(parcels.flat()).toHaveLength(states.length);
        // What was put in order once stays so, and each parcel is one.
        const ordered = { ...history, events: parcels.flat() };
        expect(splitHistory(ordered)).toEqual(parcels);
        expect(judgeHistory(ordered)).toEqual(judged);
        expect(judgeHistory({ ...history, events: parcels.at(-1) ?? [] })).toEqual(judged);
        for (const events of parcels) expect(splitHistory({ ...history, events })).toEqual([events]);
      }),
    );
  });
});
