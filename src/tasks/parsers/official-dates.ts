import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';

const COLUMNS = ['order_date', 'estimated_delivery_date', 'Official-website-arrival-time'] as const;

/** An order page without carrier: the three dates of the last record that has any. Dates say no state. */
export const parseOfficialDates: ResultParser = (records, row) => {
  const last = lastWith(records, ...COLUMNS);
  if (last === null) return null;
  return {
    text: joinFields(COLUMNS.map((column) => fieldOf(last, column))),
    trackingNumber: row.trackingNumber,
    status: 'unknown',
    statusText: null,
    eventAt: null,
  };
};
