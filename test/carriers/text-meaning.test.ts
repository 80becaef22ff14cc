import { describe, expect, it } from 'vitest';
import type { CarrierName, TrackingStatus } from '../../src/carriers/status.ts';
import { STATUS_TEXTS } from '../../src/carriers/status-texts.ts';
import { isState, learntKey, meaningOf, plainText } from '../../src/carriers/text-meaning.ts';
import { SURVEYED_TEXTS } from '../support/carriers/survey.ts';

describe('the survey’s texts', () => {
  it.each(SURVEYED_TEXTS)(
    '$carrier: $text is $status, $subStatus',
    ({ carrier, status, subStatus, text }) => {
      const expected = { status, subStatus, isUnknownText: false };
      expect(meaningOf(text, carrier)).toMatchObject(expected);
      expect(meaningOf(text)).toMatchObject(expected);
      expect(meaningOf(` ${[...text].join('\n')}\u3000`, carrier)).toMatchObject(expected);
      expect(meaningOf(`${text}（一言）`, carrier)).toMatchObject({ ...expected, subStatus: '一言' });
      expect(meaningOf(`${text}済み物`, carrier).status).toBe('unknown');
    },
  );

  it('are the whole table, each text once: none means one thing here and another there', () => {
    const table = STATUS_TEXTS.flatMap(({ texts }) => texts);
    expect(table.toSorted()).toEqual(SURVEYED_TEXTS.map(({ text }) => text).toSorted());
    expect(new Set(table).size).toBe(table.length);
    expect(table.map(plainText)).toEqual(table);
  });

  it.each([
    ['返品完了', 'reached'],
    ['差出人に返送済み', 'reached'],
    ['配達完了 返還完了', 'reached'],
    ['返品', 'when still'],
    ['返送', 'when still'],
    ['転送・返送', null],
    ['差出人に返送', null],
    ['配達完了', 'reached'],
    ['輸送中', null],
  ])('%s ends the journey: %s', (text, end) => {
    expect(meaningOf(text).end).toBe(end);
  });
});

describe('brackets', () => {
  it.each([
    ['持戻（住所不明）', 'attempt_failed', '住所不明'],
    ['持戻（ポスト投函不可）', 'attempt_failed', 'ポスト投函不可'],
    ['持戻(休業)', 'attempt_failed', '休業'],
    ['調査中（転居先不明）', 'exception', '転居先不明'],
    ['配達完了（宅配ボックス）', 'delivered', '宅配ボックス'],
    ['配達完了（宅配ボックス）（再）', 'delivered', '宅配ボックス、再'],
    [' 配達中\n【予定】 ', 'out_for_delivery', '予定'],
    ['依頼受付(再配達)', 'in_transit', 'date-agreed'],
    ['依頼受付（保管）（本日）', 'available_for_pickup', '本日'],
    ['（配達完了）', 'unknown', null],
    ['依頼受付', 'unknown', null],
    ['依頼受付（謎）', 'unknown', null],
    ['配達完了済', 'unknown', null],
    ['', 'unknown', null],
    ['constructor', 'unknown', null],
  ])('%s is %s, %s', (text, status, subStatus) => {
    expect(meaningOf(text)).toMatchObject({ status, subStatus });
  });

  it('stays quick on hostile brackets', () => {
    expect(meaningOf('（'.repeat(50_000)).status).toBe('unknown');
  });
});

it.each([
  ['＊＊ お問い合わせ番号が見つかりません。お近くの郵便局に…', 'not-registered'],
  ['＊＊ お問い合わせ番号の入力桁数に誤りがあります。', 'wrong-number'],
  ['＊＊ ただいま混み合っております。', null],
])('the notice %s is no unknown text', (text, subStatus) => {
  expect(meaningOf(text, 'japan_post')).toMatchObject({
    status: 'unknown',
    subStatus,
    isUnknownText: false,
  });
});

it('the label of a button is no state, and nothing to learn', () => {
  expect(isState('お届け完了通知を依頼')).toBe(false);
  expect(meaningOf('お届け完了通知を依頼')).toMatchObject({ status: 'unknown', isUnknownText: false });
  expect(isState('配達完了')).toBe(true);
});

describe('what was learnt', () => {
  const learnt = new Map<string, TrackingStatus>([
    [learntKey('謎の状態', null), 'in_transit'],
    [learntKey('謎の状態', 'japan_post'), 'exception'],
    [learntKey('謎（特別）', 'yamato'), 'delivered'],
    [learntKey('配達中', 'yamato'), 'exception'],
  ]);
  it.each<[string, CarrierName, TrackingStatus, string | null]>([
    ['謎 の状態', 'yamato', 'in_transit', null],
    ['謎の状態', 'japan_post', 'exception', null],
    ['謎の状態（理由）', 'yamato', 'in_transit', '理由'],
    ['謎(特別)', 'yamato', 'delivered', '特別'],
    ['謎（特別）', 'japan_post', 'unknown', null],
    ['配達中', 'yamato', 'exception', null],
    ['配達中', 'japan_post', 'out_for_delivery', null],
  ])('%s of %s is %s, %s', (text, carrier, status, subStatus) => {
    expect(meaningOf(text, carrier, learnt)).toMatchObject({ status, subStatus });
  });
});
