import { digitsOf } from '../../carriers/tracking-number.ts';
import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { eventOf } from './event.ts';
import { noticeIn, noticeResult } from './japan-post-notice.ts';

const NUMBER = 'お問い合わせ番号';
const STATE = '最新状態';
const TIME = '最新年月日';

/**
 * Ten numbers on one page: the record of the row's own number, told by its digits (`1837-9277-9166`), and no other;
 * the last one with a state where it stands there twice.
 */
export const parseJapanPostNumbers: ResultParser = (records, row, scrapedAt) => {
  const wanted = digitsOf(row.trackingNumber ?? '');
  if (wanted === '') return null;
  const own = records.filter((record) => digitsOf(fieldOf(record, NUMBER)) === wanted);
  const last = lastWith(own, STATE) ?? lastWith(own, TIME);
  if (last === null) return null;
  const notice = noticeIn(last, [STATE, TIME]);
  if (notice !== null) return noticeResult(notice, row.trackingNumber);
  const state = fieldOf(last, STATE);
  const time = fieldOf(last, TIME);
  return {
    text: joinFields([state, time]),
    trackingNumber: row.trackingNumber,
    ...eventOf(last, state, time, scrapedAt),
  };
};
