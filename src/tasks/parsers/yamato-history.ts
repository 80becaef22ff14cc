import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { eventOf } from './event.ts';
import { linkedNumber } from './linked-number.ts';

/**
 * A parcel's way with Yamato: `data2` (state), `data3` (time, no year), `name` (office) of the last record with
 * `data2`; the tracking number of the last record with `category-link-0`.
 */
export const parseYamatoHistory: ResultParser = (records, row, scrapedAt) => {
  const last = lastWith(records, 'data2');
  if (last === null) return null;
  const state = fieldOf(last, 'data2');
  return {
    text: joinFields([state, fieldOf(last, 'data3'), fieldOf(last, 'name')]),
    trackingNumber: linkedNumber(records) ?? row.trackingNumber,
    ...eventOf(last, state, fieldOf(last, 'data3'), scrapedAt),
  };
};
