import { ALERT_REASONS } from '../../../src/http/api/contract.ts';
import type { AlertList, AlertReason, ParcelAlert } from '../../../src/http/api/contract.ts';
import type { FakeBatch } from './fake-batch.ts';

const DAY_MS = 86_400_000;
const JAPAN_MS = 9 * 3_600_000;

const dayText = (nowMs: number, ahead: number) =>
  new Date(nowMs + JAPAN_MS + ahead * DAY_MS).toISOString().slice(0, 10);

const PARCELS: readonly [AlertReason, Partial<ParcelAlert>, lastDay: number | null][] = [
  ['sent-back-soon', { status: 'available_for_pickup', statusText: '保管中' }, -1],
  ['sent-back-soon', { status: 'attempt_failed', statusText: '持戻（住所不明）', subStatus: '住所不明' }, 0],
  [
    'brought-back',
    { status: 'attempt_failed', statusText: 'ご不在のため持ち戻り', carrier: 'japan_post' },
    6,
  ],
  ['exception', { status: 'exception', statusText: '調査中', office: '<b>新宿</b>営業所' }, null],
  [
    'silent',
    {
      status: 'unknown',
      subStatus: 'not-registered',
      notRegisteredDay: 8,
      statusText: '伝票番号未登録',
    },
    null,
  ],
];

/** One of each kind, and sixty that were sent back. */
export function fakeAlerts(nowMs: number, batches: readonly FakeBatch[]): ParcelAlert[] {
  const [batch, other] = batches;
  const rowsOf = (index: number) =>
    [batch, other].flatMap((each) =>
      each === undefined ? [] : [{ batchId: each.id, row: index + 6, workbook: each.status().workbook }],
    );
  const returned = Array.from(
    { length: 60 },
    () => ['returned', { status: 'returned', statusText: '返品' }, null] as const,
  );
  return [...PARCELS, ...returned].map(([reason, more, lastDay], index) => ({
    reason,
    since: new Date(nowMs - 6.2 * DAY_MS).toISOString(),
    lastDay: lastDay === null ? null : dayText(nowMs, lastDay),
    carrier: 'yamato',
    trackingNumber: String(398_004_120_000 + index * 13),
    orderNumber: null,
    status: 'in_transit',
    subStatus: null,
    notRegisteredDay: null,
    statusText: null,
    office: '新宿住吉町営業所',
    seenAt: new Date(nowMs - 0.1 * DAY_MS).toISOString(),
    rows: rowsOf(index),
    ...more,
  }));
}

export function alertList(
  alerts: readonly ParcelAlert[],
  reason: AlertReason | null,
  limit: number,
): AlertList {
  const of = (each: AlertReason) => alerts.filter((alert) => alert.reason === each);
  const wanted = ALERT_REASONS.filter((each) => reason === null || reason === each);
  const counts = Object.fromEntries(ALERT_REASONS.map((each) => [each, of(each).length]));
  return {
    alerts: wanted.flatMap((each) => of(each).slice(0, limit)),
    counts: counts as AlertList['counts'],
  };
}
