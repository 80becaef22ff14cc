import type { BatchState } from '../../../src/http/api/contract.ts';
import { FakeBatch } from './fake-batch.ts';
import type { BatchPlan } from './fake-batch.ts';

const TASKS = [
  'japan_post_tracking_10',
  'official_website_redirect_to_yamato_tracking',
  'yamato_tracking_only',
  'official_website_tracking',
] as const;
const PREFIXES = ['JPT10-', 'OWRYT-', 'YTO-', 'OWT-'] as const;

/** The newest, each for something the page must show. */
const NAMED: readonly BatchPlan[] = [
  {
    workbook:
      '/出荷/2026年11月/YTO-20261128-関東第一センター・年末繁忙期分（再発送・住所不明を含む）最終確認版.xlsx',
    task: 'yamato_tracking_only',
    state: 'running',
    rows: 320,
    parts: { completed: 46, failed: 6, invalid: 2, redirected: 1, published: 3 },
    startedMinutesAgo: 38,
    notes: ['120 results written at 14:02; formulas of 3 cells will be calculated when it is opened'],
  },
  {
    workbook: '/large/JPT10-20261128-all-warehouses.xlsx',
    task: 'japan_post_tracking_10',
    state: 'running',
    reason: 'waiting for the workbook: tanaka has it open since 13:10',
    rows: 50_000,
    parts: { completed: 31, failed: 1, published: 1 },
    startedMinutesAgo: 240,
  },
  {
    workbook: '/owryt/OWRYT-20261128-0415.xlsx',
    task: 'official_website_redirect_to_yamato_tracking',
    state: 'paused',
    reason: 'publishing is held: 402 page credits are used up',
    rows: 120,
    parts: { completed: 20, failed: 3, published: 2 },
    startedMinutesAgo: 75,
  },
  {
    workbook: '/tests/OWT-<img src=x onerror=alert(1)> & "quotes".xlsx',
    task: 'official_website_tracking',
    state: 'completed',
    rows: 24,
    parts: { completed: 88, failed: 12 },
    reasons: ['publish-refused'],
    startedMinutesAgo: 130,
  },
  {
    workbook: '/owt/OWT-20261127-encrypted.xlsx',
    task: 'official_website_tracking',
    state: 'failed',
    reason: 'the workbook is protected by a password: save it without one and start it again',
    rows: 0,
    parts: {},
    startedMinutesAgo: 200,
  },
  {
    workbook: null,
    task: 'yamato_tracking_only',
    state: 'cancelled',
    reason: 'cancelled by sato: wrong list',
    rows: 60,
    parts: { completed: 30 },
    startedMinutesAgo: 260,
  },
];

const STATES: readonly BatchState[] = ['completed', 'completed', 'completed', 'cancelled', 'failed'];

function ordinary(index: number): BatchPlan {
  const kind = index % TASKS.length;
  return {
    workbook: `/shipped/${PREFIXES[kind]}202611${String(27 - (index % 20)).padStart(2, '0')}-${String(index).padStart(3, '0')}.xlsx`,
    task: TASKS[kind] as string,
    state: STATES[index % STATES.length] as BatchState,
    rows: 40 + ((index * 53) % 300),
    parts: { completed: index % 3 === 0 ? 96 : 100, failed: index % 3 === 0 ? 4 : 0 },
    startedMinutesAgo: 300 + index * 55,
  };
}

/** Newest first: sixty. */
export function fakeBatches(nowMs: number): FakeBatch[] {
  const plans = [...NAMED, ...Array.from({ length: 60 - NAMED.length }, (_, index) => ordinary(index))];
  return plans.map(
    (plan, index) => new FakeBatch(`261128-${(60 - index).toString(16).padStart(6, '0')}`, plan, nowMs),
  );
}
