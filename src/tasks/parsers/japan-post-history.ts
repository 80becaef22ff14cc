import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { eventOf } from './event.ts';
import { noticeIn, noticeResult } from './japan-post-notice.ts';
import { linkedNumber } from './linked-number.ts';

const COLUMNS = ['状態発生日', '配送履歴', '詳細1', '取扱局', '県名等'] as const;

/**
 * A parcel's way with Japan Post: the five columns of the last record with `配送履歴`. Where a page has no history
 * but a notice (number not found, wrong length), the notice alone.
 */
export const parseJapanPostHistory: ResultParser = (records, row, scrapedAt) => {
  const trackingNumber = linkedNumber(records) ?? row.trackingNumber;
  const last = lastWith(records, '配送履歴') ?? lastWith(records, ...COLUMNS);
  if (last === null) return null;
  const notice = noticeIn(last, COLUMNS);
  if (notice !== null) return noticeResult(notice, trackingNumber);
  const state = fieldOf(last, '配送履歴');
  if (state === '') return null;
  return {
    text: joinFields(COLUMNS.map((column) => fieldOf(last, column))),
    trackingNumber,
    ...eventOf(last, state, fieldOf(last, '状態発生日'), scrapedAt),
  };
};
