import type { DayLine, ReportView } from '../../../src/http/api/contract.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2026-11-01');
const HTML_OFFICE = '<img src=x onerror=alert(1)>';

/** Twenty days, the twelfth without anything. */
function daysOf(): DayLine[] {
  return Array.from({ length: 20 }, (_, index) => ({
    day: new Date(FIRST_MS + index * DAY_MS).toISOString().slice(0, 10),
    batches: 3,
    rows: 100 + index,
    completed: 90 + index,
    failed: 8,
    invalid: 2,
    fromRecord: 20,
    byHand: 3,
    callsSaved: 40,
    calls: 140,
    requests: 12,
    delivered: 60,
    firstAttempt: 50,
    returned: 2,
  })).filter((_, index) => index !== 11);
}

/** What three weeks came to; nothing before 2026. */
export function fakeReport({ from, to }: { from?: string; to?: string }): ReportView {
  const isBefore = (to ?? '') !== '' && (to ?? '') < '2026';
  const period = {
    from: from === 'all' ? null : new Date(`${from ?? '2026-11-01'}T00:00:00+09:00`).toISOString(),
    to: new Date(`${to ?? '2026-11-21'}T00:00:00+09:00`).toISOString(),
  };
  const left = { origins: 0, destinations: 280, lanes: 0 };
  const nothing = { reasons: [], calls: [], carriers: [], origins: [], destinations: [], lanes: [] };
  if (isBefore) return { ...period, ...nothing, tasks: [], days: [], open: [], left };
  const transit = { parcels: 1_100, meanHours: 31.4, medianHours: 27, p90Hours: 51 };
  const parcels = { delivered: 1_140, firstAttempt: 950, returned: 38, transit };
  const task = 'yamato_tracking_only';
  const rows = { batches: 57, rows: 2_071, completed: 1_881, failed: 152, invalid: 38, delivered: 1_140 };
  const answered = { fromRecord: 380, byHand: 57, callsSaved: 760, calls: 2_660, requests: 228 };
  return {
    ...period,
    ...nothing,
    tasks: [
      { task, ...rows, ...answered, webhookDelayS: { results: 900, median: 1, p95: 3, longest: 74 } },
      { task: 'yamato_tracking_10', ...rows, ...answered, completed: 2_000, failed: 20, webhookDelayS: null },
    ],
    reasons: [
      { task, state: 'failed', reason: 'empty-page', rows: 120 },
      { task, state: 'failed', reason: 'api-away', rows: 32 },
      { task, state: 'invalid', reason: 'lost-digits', rows: 38 },
    ],
    days: daysOf(),
    carriers: [
      { carrier: 'yamato', ...parcels, open: 120, stalled: 7 },
      { carrier: null, delivered: 0, firstAttempt: 0, returned: 0, transit: null, open: 12, stalled: 0 },
    ],
    origins: [{ carrier: 'yamato', office: '渋谷営業所', ...parcels }],
    destinations: [
      { carrier: 'yamato', office: '伏見営業所', ...parcels },
      { carrier: 'japan_post', office: HTML_OFFICE, ...parcels, transit: { ...transit, p90Hours: 90 } },
    ],
    open: ['2026-11-19', '2026-11-20'].flatMap((day) => [
      { day, carrier: 'yamato' as const, open: 120, stalled: 7 },
      { day, carrier: null, open: 12, stalled: 0 },
    ]),
    left,
  };
}
