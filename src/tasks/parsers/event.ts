import { parseJapanTime } from '../../carriers/japan-time.ts';
import { expireStatus, normaliseStatus } from '../../carriers/status.ts';
import { scrapeTimeOf } from '../fields.ts';
import type { CsvRecord, RowResult } from '../result.ts';

/** The state and the time of a parcel's last event, as a result tells them. */
export function eventOf(
  record: CsvRecord,
  state: string,
  time: string,
  scrapedAt: Date,
): Pick<RowResult, 'status' | 'statusText' | 'eventAt'> {
  const now = scrapeTimeOf(record, scrapedAt);
  const eventAt = parseJapanTime(time, now);
  return {
    status: expireStatus(normaliseStatus(state), eventAt, now),
    statusText: state === '' ? null : state,
    eventAt,
  };
}
