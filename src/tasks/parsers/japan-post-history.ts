import { isNotice } from '../../carriers/notice.ts';
import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { historyResult } from './history-result.ts';
import { noticeIn, noticeResult } from './japan-post-notice.ts';
import { linkedNumber } from './linked-number.ts';

const COLUMNS = ['状態発生日', '配送履歴', '詳細1', '取扱局', '県名等'] as const;
const EVENT = {
  time: '状態発生日',
  state: '配送履歴',
  details: '詳細1',
  office: '取扱局',
  region: '県名等',
};

/**
 * A parcel's way with Japan Post: the five columns of the last record with `配送履歴`. Where a page has no history
 * but a notice (number not found, wrong length), the notice alone.
 */
export const parseJapanPostHistory: ResultParser = (records, row, scrapedAt, learnt) => {
  const trackingNumber = linkedNumber(records) ?? row.trackingNumber;
  const last = lastWith(records, EVENT.state) ?? lastWith(records, ...COLUMNS);
  if (last === null) return null;
  const page = { carrier: 'japan_post', records, scrapedAt, learnt } as const;
  const notice = noticeIn(last, COLUMNS);
  if (notice !== null) return noticeResult(page, notice, trackingNumber);
  const statusText = fieldOf(last, EVENT.state);
  if (statusText === '') return null;
  const text = joinFields(COLUMNS.map((column) => fieldOf(last, column)));
  const events = records.filter((record) => !isNotice(fieldOf(record, EVENT.state)));
  return historyResult(page, { text, trackingNumber, statusText }, { events, last, columns: EVENT });
};
