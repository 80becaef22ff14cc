import { describe, expect, it } from 'vitest';

import {
  TRACKING_STATUSES,
  expireStatus,
  isTerminalStatus,
  normaliseStatus,
} from '../../src/carriers/status.ts';

describe('normaliseStatus', () => {
  it.each([
    ['出荷指示', 'info_received'],
    ['荷物受付', 'in_transit'],
    ['発送済み', 'in_transit'],
    ['輸送中', 'in_transit'],
    ['作業店通過', 'in_transit'],
    ['引受', 'in_transit'],
    ['到着', 'in_transit'],
    ['通過', 'in_transit'],
    ['発送', 'in_transit'],
    ['転送', 'in_transit'],
    ['配達中', 'out_for_delivery'],
    ['持ち出し中', 'out_for_delivery'],
    ['持戻', 'attempt_failed'],
    ['ご不在のため持ち戻り', 'attempt_failed'],
    ['保管中', 'available_for_pickup'],
    ['保管', 'available_for_pickup'],
    ['配達完了', 'delivered'],
    ['お届け先にお届け済み', 'delivered'],
    ['お客様引渡完了', 'delivered'],
    ['投函完了', 'delivered'],
    ['返品', 'returned'],
    ['返送', 'returned'],
    ['差出人に返送済み', 'returned'],
    ['調査中', 'exception'],
    ['伝票番号未登録', 'unknown'],
    ['伝票番号誤り', 'unknown'],
    ['＊＊ お問い合わせ番号が見つかりません。', 'unknown'],
    ['配達完了（宅配ボックス）', 'delivered'],
    ['持戻(休業)', 'attempt_failed'],
    ['配達完了（宅配ボックス）（再）', 'delivered'],
    [' 配達中\n【予定】 ', 'out_for_delivery'],
    ['（配達完了）', 'unknown'],
    ['配達完了済', 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
  ])('%s is %s', (text, expected) => {
    expect(normaliseStatus(text)).toBe(expected);
  });

  it('stays quick on hostile brackets', () => {
    expect(normaliseStatus('（'.repeat(50_000))).toBe('unknown');
  });
});

it('knows two terminal statuses', () => {
  expect(TRACKING_STATUSES.filter((status) => isTerminalStatus(status))).toEqual(['delivered', 'returned']);
});

describe('expireStatus', () => {
  const now = new Date('2026-01-31T12:00:00+09:00');
  it.each([
    ['in_transit', '2026-01-01T12:00:00+09:00', 'in_transit'],
    ['in_transit', '2026-01-01T11:59:00+09:00', 'expired'],
    ['delivered', '2025-01-01T00:00:00+09:00', 'delivered'],
    ['returned', '2025-01-01T00:00:00+09:00', 'returned'],
    ['unknown', '2025-01-01T00:00:00+09:00', 'unknown'],
    ['in_transit', null, 'in_transit'],
  ] as const)('%s with its last event at %s is %s', (status, eventAt, expected) => {
    expect(expireStatus(status, eventAt, now)).toBe(expected);
  });
});
