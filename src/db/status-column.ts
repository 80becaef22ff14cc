import { sql } from 'drizzle-orm';
import { japanClock } from '../carriers/japan-time.ts';
import type { StatusWord } from '../workbook/our-texts.ts';
import type { RowState } from './states.ts';

const WORDS: Readonly<Record<RowState, StatusWord>> = {
  pending: '待ち',
  published: '照会中',
  redirected: '照会中',
  completed: '完了',
  failed: '失敗',
  invalid: '無効',
};
const CASES = Object.entries(WORDS).map(([state, word]) => `when '${state}' then '${word}'`);

/** What the status column is to say of a row, without the time: its state in a word, and why it has no result. */
export const TO_SHOW = sql.raw(`(case state ${CASES.join(' ')} end || coalesce(': ' || error, ''))`);

/** The status cell's text: `失敗 11/24 15:04: …`, the time being Japan's. */
export function statusText(shown: string, now: Date): string {
  const japan = japanClock(now);
  const time = `${japan.slice(5, 10).replace('-', '/')} ${japan.slice(11, 16)}`;
  const [state = '', ...reason] = shown.split(': ');
  return [`${state} ${time}`, ...reason].join(': ');
}
