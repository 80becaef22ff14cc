import { isNotice } from '../../carriers/notice.ts';
import { digitsOf } from '../../carriers/tracking-number.ts';
import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { historyResult } from './history-result.ts';
import { noticeIn, noticeResult } from './japan-post-notice.ts';

const NUMBER = 'お問い合わせ番号';
const STATE = '最新状態';
const TIME = '最新年月日';

/**
 * Ten numbers on one page: the record of the row's own number, told by its digits (`1837-9277-9166`), and no other;
 * the last one with a state where it stands there twice.
 */
export const parseJapanPostNumbers: ResultParser = (records, { trackingNumber }, scrapedAt, learnt) => {
  const wanted = digitsOf(trackingNumber ?? '');
  if (wanted === '') return null;
  const own = records.filter((record) => digitsOf(fieldOf(record, NUMBER)) === wanted);
  const last = lastWith(own, STATE) ?? lastWith(own, TIME);
  if (last === null) return null;
  const page = { carrier: 'japan_post', records: own, scrapedAt, learnt } as const;
  const notice = noticeIn(last, [STATE, TIME]);
  if (notice !== null) return noticeResult(page, notice, trackingNumber);
  const state = fieldOf(last, STATE);
  const said = {
    text: joinFields([state, fieldOf(last, TIME)]),
    trackingNumber,
    statusText: state === '' ? null : state,
  };
  const events = own.filter((record) => !isNotice(fieldOf(record, STATE)));
  return historyResult(page, said, { events, last, columns: { state: STATE, time: TIME } });
};
