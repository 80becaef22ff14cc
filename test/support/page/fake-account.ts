import type { AccountView, BudgetPoint } from '../../../src/http/api/contract.ts';

const MINUTE_MS = 60_000;
const LIMIT = 200;

function pastPoint(minute: number, nowMs: number): BudgetPoint {
  const load = Math.min(1, minute / 20);
  const wave = Math.sin(minute / 7);
  return {
    at: new Date(nowMs - (60 - minute) * MINUTE_MS).toISOString(),
    publish: Math.round(80 * load + 6 * wave),
    download: Math.round(58 * load + 10 * wave),
    check: Math.round(6 + 3 * wave),
    foreign: minute > 35 ? 18 : 0,
    kept: Math.round(22 * load),
  };
}

/** An account in some trouble: closed by a 429, a queue without its worker. */
export function fakeAccount(nowMs: number): AccountView {
  const past = Array.from({ length: 61 }, (_, minute) => pastPoint(minute, nowMs));
  const now = past.at(-1) as BudgetPoint;
  const ahead = Array.from({ length: 15 }, (_, index) => {
    const left = 1 - (index + 1) / 15;
    return {
      at: new Date(nowMs + (index + 1) * MINUTE_MS).toISOString(),
      publish: Math.round(now.publish * left),
      download: Math.round(now.download * left),
      check: Math.round(now.check * left),
      foreign: Math.round(now.foreign * left),
      kept: Math.round(now.kept * left),
    };
  });
  return {
    at: new Date(nowMs).toISOString(),
    limit: LIMIT,
    windowMs: 15 * MINUTE_MS,
    past,
    ahead,
    closed: {
      until: new Date(nowMs + 9 * MINUTE_MS).toISOString(),
      why: '429 from the API, called by others too',
    },
    held: null,
    publishes: { taken: 371, refused: 3, failed: 2 },
    webhookDelayS: { median: 0.4, p95: 2.1, longest: 74 },
    odd: [],
    webhookSilenceS: 0,
    unreadS: 3,
    lookups: [
      { task: 'official_website_redirect_to_yamato_tracking', completed: 212, empty: 4, failed: 6 },
      { task: 'japan_post_tracking_10', completed: 1_340, empty: 0, failed: 12 },
      { task: 'yamato_tracking_10', completed: 640, empty: 2, failed: 1 },
    ],
    carriers: [{ carrier: 'yamato', answered: 64, failed: 5 }],
    queues: [
      { queue: 'tracking_batch_queue', worker: 'tracking_batch', polled: true, backlog: 0 },
      { queue: 'tracking_excel_queue', worker: 'tracking_excel', polled: true, backlog: 2 },
      { queue: 'publish_tracking_queue', worker: 'publish_tracking', polled: true, backlog: 14 },
      { queue: 'yamato_tracking_10_queue', worker: 'yamato_tracking_10', polled: false, backlog: 131 },
      { queue: 'tracking_webhook_queue', worker: 'tracking_webhook', polled: true, backlog: 0 },
      { queue: 'acquisition_queue', worker: 'acquisition', polled: true, backlog: 0 },
      { queue: 'aggregation_queue', worker: 'aggregation', polled: true, backlog: 0 },
    ],
  };
}
