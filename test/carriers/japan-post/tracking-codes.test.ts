import { describe, expect, it } from 'vitest';
import { CODE_TEXTS, PAGE_WORDS, textOfCode } from '../../../src/carriers/japan-post/tracking-codes.ts';
import { judgeHistory, splitHistory } from '../../../src/carriers/judge-history.ts';
import { mergeEvents, placeEvents } from '../../../src/carriers/placed-events.ts';
import { STATUS_TEXTS } from '../../../src/carriers/status-texts.ts';
import { meaningOf } from '../../../src/carriers/text-meaning.ts';
import type { TrackingStatus } from '../../../src/carriers/status.ts';
import { eventAt, historyOf } from '../../support/carriers/histories.ts';

const textOf = (code: string) => textOfCode(code) ?? '';
const judged = (...codes: string[]) =>
  judgeHistory(
    historyOf(
      codes.map((code, day) => eventAt(textOf(code), day)),
      codes.length,
      { carrier: 'japan_post' },
    ),
  );

describe('the codes of Japan Post’s tracking file', () => {
  it.each<[string, string, TrackingStatus, string | null]>([
    ['1101', '引受', 'in_transit', null],
    ['1214', '通過', 'in_transit', null],
    ['3000', '到着', 'in_transit', null],
    ['5001', '持出', 'out_for_delivery', null],
    ['5130', '不在 持ち戻り', 'attempt_failed', null],
    ['5201', '配達完了', 'delivered', null],
    ['5234', '配達完了 返還完了', 'returned', null],
    ['5337', '窓口交付', 'delivered', null],
    ['6048', '不在留置', 'available_for_pickup', null],
    ['6151', '転送 受取場所変更', 'in_transit', '受取場所変更'],
    ['6179', '転送 その他', 'in_transit', 'その他'],
    ['6244', '返還 汚損・き損', 'returned', '汚損・き損'],
    ['6256', '返還 期間経過', 'returned', '期間経過'],
    ['6259', '返還 あて名不完全', 'returned', 'あて名不完全'],
    ['6261', '返還 受取拒絶', 'returned', '受取拒絶'],
    ['6276', '返還 長期不在', 'returned', '長期不在'],
    ['6279', '返還 その他', 'returned', 'その他'],
    ['6367', '配達希望', 'in_transit', 'date-agreed'],
    ['6473', '配達予定 休業日', 'in_transit', '休業日'],
    ['6474', '配達予定 災害', 'in_transit', '災害'],
    ['6475', '配達予定 業務都合', 'in_transit', '業務都合'],
    ['9042', '誤配', 'exception', null],
  ])('%s is %s: %s, %s', (code, text, status, subStatus) => {
    expect(textOfCode(code)).toBe(text);
    expect(meaningOf(text, 'japan_post')).toMatchObject({ status, subStatus, isUnknownText: false });
  });

  it('none that nobody knows', () => {
    expect(['9999', '', 'constructor'].map(textOfCode)).toEqual([null, null, null]);
  });

  it('agree with the texts of the pages, where those are the same', () => {
    const onPages = new Map(
      STATUS_TEXTS.flatMap(({ texts, ...entry }) => texts.map((text) => [text, entry])),
    );
    for (const { texts, status, end } of CODE_TEXTS)
      for (const text of texts)
        expect(onPages.get(text) ?? { status, end }, text).toMatchObject({ status, end });
    for (const [text, word] of PAGE_WORDS) expect(meaningOf(text).status, text).toBe(meaningOf(word).status);
  });
});

describe('a history of them', () => {
  it('that is sent back is over with 5234, wherever it was carried before', () => {
    expect(judged('1101', '5130', '6256', '1214', '3000')).toMatchObject({
      status: 'returned',
      subStatus: '期間経過',
      terminalFrom: null,
    });
    expect(judged('1101', '6256', '3000', '5234')).toMatchObject({
      status: 'returned',
      subStatus: '期間経過',
      isTerminal: true,
    });
  });

  it('a return that is taken back goes to its receiver after all', () => {
    expect(judged('1101', '6261', '6371')).toMatchObject({ status: 'in_transit' });
    expect(judged('1101', '6261', '6371', '5201')).toMatchObject({ status: 'delivered', isTerminal: true });
    expect(judged('1101', '6261', '5234', '6371')).toMatchObject({ status: 'returned', isTerminal: true });
  });

  it.each(['1101', '1102', '1106'])('a number that is used again begins with %s', (code) => {
    const [old, first] = [eventAt(textOf('5201'), 0), eventAt(textOf(code), 61)];
    expect(splitHistory(historyOf([old, first], 62, { carrier: 'japan_post' }))).toEqual([[old], [first]]);
  });

  it('put off, it is on its way', () => {
    expect(judged('1101', '5001', '6473')).toMatchObject({ status: 'in_transit', subStatus: '休業日' });
  });
});

it('an event that the page and the file tell is one, each way round', () => {
  for (const [text, word] of PAGE_WORDS) {
    const [file, page] = [text, word].map((each) => placeEvents([{ ...eventAt(each, 1), office: '渋谷' }]));
    const [one, other] = [mergeEvents(file ?? [], page ?? []), mergeEvents(page ?? [], file ?? [])];
    expect(one).toHaveLength(1);
    expect(other).toEqual(one);
  }
});
