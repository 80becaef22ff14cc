import type { ParcelEvent, ParcelHistory } from '../../src/carriers/history.ts';
import { japanTime } from '../../src/carriers/placed-events.ts';

const WAY = [
  ['荷物受付', '渋谷営業所'],
  ['発送済み', '渋谷営業所'],
  ['作業店通過', '羽田クロノゲートベース'],
  ['作業店通過', '厚木ゲートウェイベース'],
  ['作業店通過', '関西ゲートウェイベース'],
  ['配達店到着', '京都伏見営業所'],
  ['配達中', '京都伏見営業所'],
  ['持戻', '京都伏見営業所'],
  ['配達中', '京都伏見営業所'],
  ['配達完了', '京都伏見営業所'],
] as const;

export const EVENTS_A_PARCEL = WAY.length;

/** A parcel's page shows so many lines at each of its looks: all that has happened so far. */
export const LOOKS = [4, 7, EVENTS_A_PARCEL] as const;

const FIRST_MS = Date.parse('2026-01-05T00:00:00Z');
const HOUR_MS = 3_600_000;
const FIRST_NUMBER = 100_000_000_000;

/** What Yamato's page tells of the nth parcel when it has so many lines. */
export function historyOf(nth: number, lines: number): ParcelHistory {
  const beganMs = FIRST_MS + (nth % 10_000) * 60_000;
  const events = WAY.slice(0, lines).map(([stateText, office], index): ParcelEvent => {
    const at = japanTime(beganMs + index * 5 * HOUR_MS);
    const timeText = `${at.slice(5, 7)}月${at.slice(8, 10)}日 ${at.slice(11, 16)}`;
    return { stateText, timeText, at, office, region: null, details: null };
  });
  const stateText = events.at(-1)?.stateText ?? null;
  const seenAt = new Date(beganMs + lines * 5 * HOUR_MS).toISOString();
  const estimates = [{ origin: 'お届け予定日時', text: '01/07 14:00-16:00' }];
  const number = String(FIRST_NUMBER + nth);
  const page = { carrier: 'yamato', number, stateText, date: null, events, estimates } as const;
  return { ...page, events, product: '宅急便', summary: null, seenAt };
}
