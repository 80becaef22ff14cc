import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { judged } from './history-result.ts';

const COLUMNS = ['order_date', 'estimated_delivery_date', 'Official-website-arrival-time'] as const;

/** An order page without carrier: the three dates of the last record that has any. Dates say no state. */
export const parseOfficialDates: ResultParser = (records, { trackingNumber }, scrapedAt, learnt) => {
  const last = lastWith(records, ...COLUMNS);
  if (last === null) return null;
  const text = joinFields(COLUMNS.map((column) => fieldOf(last, column)));
  return judged({ carrier: null, records, scrapedAt, learnt }, { text, trackingNumber, statusText: null });
};
