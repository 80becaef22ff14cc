import { describe, expect, it } from 'vitest';
import type { CarrierName, TrackingStatus } from '../../src/carriers/status.ts';
import { STATUS_TEXTS } from '../../src/carriers/status-texts.ts';
import { isState, learntKey, meaningOf, plainText } from '../../src/carriers/text-meaning.ts';

/** Domain section 4's table, written out once more: texts by carrier, status and sub-status. */
const SURVEY: [CarrierName, TrackingStatus, string | null, string][] = [
  ['yamato', 'info_received', null, '出荷指示'],
  [
    'yamato',
    'in_transit',
    null,
    '荷物受付 荷受け 発送済み 輸送中 作業店通過 中継店通過 配達店到着 配送店到着 航空搭載 陸・海上切替え 海外荷物受付 海外発送',
  ],
  ['yamato', 'in_transit', 'date-agreed', '配達予定 投函予定 依頼受付（再配達） 依頼受付（日・時間帯変更）'],
  ['yamato', 'out_for_delivery', null, '配達中'],
  ['yamato', 'attempt_failed', null, '持戻'],
  ['yamato', 'available_for_pickup', null, '保管中'],
  [
    'yamato',
    'available_for_pickup',
    'receivers-wish',
    '依頼受付（保管） 配達日・時間帯指定（保管中） ご来店予定（保管中）',
  ],
  ['yamato', 'delivered', null, '配達完了 お客様引渡完了 投函完了'],
  ['yamato', 'returned', null, '返品 転送・返送 返品完了'],
  ['yamato', 'exception', null, '調査中 受取拒否 受取辞退 長期不在'],
  ['yamato', 'unknown', 'not-registered', '伝票番号未登録'],
  ['yamato', 'unknown', 'wrong-number', '伝票番号誤り'],
  ['japan_post', 'in_transit', null, '引受 到着 通過 中継 発送 転送 国際交換局に到着 国際交換局から発送'],
  ['japan_post', 'in_transit', 'customs', '通関手続中 税関検査のため税関へ提示'],
  ['japan_post', 'in_transit', 'date-agreed', '配達希望受付'],
  ['japan_post', 'out_for_delivery', null, '持ち出し中 配達局から出発'],
  ['japan_post', 'attempt_failed', null, 'ご不在のため持ち戻り'],
  ['japan_post', 'available_for_pickup', null, '保管'],
  [
    'japan_post',
    'delivered',
    null,
    'お届け先にお届け済み お届け済み 窓口でお渡し 受取済 コンビニエンスストアに引渡',
  ],
  ['japan_post', 'returned', null, '返送 差出人に返送 差出人に返送済み 配達完了返還完了'],
  ['sagawa', 'exception', null, '営業所へお問い合わせ下さい'],
];
const TEXTS = SURVEY.flatMap(([carrier, status, subStatus, texts]) =>
  texts.split(' ').map((text) => ({ carrier, status, subStatus, text })),
);

describe('the survey’s texts', () => {
  it.each(TEXTS)('$carrier: $text is $status, $subStatus', ({ carrier, status, subStatus, text }) => {
    const expected = { status, subStatus, isUnknownText: false };
    expect(meaningOf(text, carrier)).toMatchObject(expected);
    expect(meaningOf(text)).toMatchObject(expected);
    expect(meaningOf(` ${[...text].join('\n')}\u3000`, carrier)).toMatchObject(expected);
    expect(meaningOf(`${text}（一言）`, carrier)).toMatchObject({ ...expected, subStatus: '一言' });
    expect(meaningOf(`${text}済み物`, carrier).status).toBe('unknown');
  });

  it('are the whole table, each text once: none means one thing here and another there', () => {
    const table = STATUS_TEXTS.flatMap(({ texts }) => texts);
    expect(table.toSorted()).toEqual(TEXTS.map(({ text }) => text).toSorted());
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
