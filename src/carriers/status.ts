/** What a carrier's text means, whoever wrote it (domain: "What they mean"). */
export const TRACKING_STATUSES = [
  'info_received',
  'in_transit',
  'out_for_delivery',
  'attempt_failed',
  'available_for_pickup',
  'delivered',
  'exception',
  'returned',
  'expired',
  'unknown',
] as const;

export type TrackingStatus = (typeof TRACKING_STATUSES)[number];

/** The carriers' texts by meaning; `expired` comes from time alone, `unknown` is everything else. */
const STATUS_TEXTS: Readonly<Partial<Record<TrackingStatus, readonly string[]>>> = {
  info_received: ['出荷指示'],
  in_transit: ['荷物受付', '発送済み', '輸送中', '作業店通過', '引受', '到着', '通過', '発送', '転送'],
  out_for_delivery: ['配達中', '持ち出し中'],
  attempt_failed: ['持戻', 'ご不在のため持ち戻り'],
  available_for_pickup: ['保管中', '保管'],
  delivered: ['配達完了', 'お届け先にお届け済み', 'お客様引渡完了', '投函完了'],
  returned: ['返品', '返送', '差出人に返送済み'],
  exception: ['調査中'],
};

const STATUS_BY_TEXT: ReadonlyMap<string, TrackingStatus> = new Map(
  TRACKING_STATUSES.flatMap((status) => (STATUS_TEXTS[status] ?? []).map((text) => [text, status] as const)),
);

const BRACKET_SUFFIX = /[(（[［【〔][^()（）[\]［］【】〔〕]*[)）\]］】〕]$/u;

/** A parcel in one of these states moves no more: it is not looked up again. */
export const TERMINAL_STATUSES: ReadonlySet<TrackingStatus> = new Set(['delivered', 'returned']);

export function isTerminalStatus(status: TrackingStatus): boolean {
  return TERMINAL_STATUSES.has(status);
}

/**
 * The meaning of a carrier's state text. White space and suffixes in brackets (`持戻（休業）`, `配達完了(宅配ボックス)`)
 * do not change it; a text that is not in the table is `unknown`.
 */
export function normaliseStatus(text: string): TrackingStatus {
  let bare = text.replaceAll(/\s+/gu, '');
  for (;;) {
    const known = STATUS_BY_TEXT.get(bare);
    if (known !== undefined) return known;
    const shorter = bare.replace(BRACKET_SUFFIX, '');
    if (shorter === bare) return 'unknown';
    bare = shorter;
  }
}

/** A parcel of which nothing was heard for this long is `expired` (domain: "no event for 30 days"). */
export const EXPIRED_AFTER_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * `expired` for a status whose last event is older than 30 days at `now`; otherwise the status itself. A terminal
 * status does not expire, nor does `unknown`: nobody knows whether its parcel moves.
 */
export function expireStatus(status: TrackingStatus, eventAt: string | null, now: Date): TrackingStatus {
  if (eventAt === null || status === 'unknown' || isTerminalStatus(status)) return status;
  return now.getTime() - Date.parse(eventAt) > EXPIRED_AFTER_MS ? 'expired' : status;
}
