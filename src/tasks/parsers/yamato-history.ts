import { fieldOf, joinFields, lastWith } from '../fields.ts';
import type { ResultParser } from '../result.ts';
import { historyResult } from './history-result.ts';
import { linkedNumber } from './linked-number.ts';

const EVENT = { state: 'data2', time: 'data3', office: 'name' };

/**
 * A parcel's way with Yamato: `data2` (state), `data3` (time, no year), `name` (office) of the last record with
 * `data2`; the tracking number of the last record with `category-link-0`.
 */
export const parseYamatoHistory: ResultParser = (records, row, scrapedAt, learnt) => {
  const last = lastWith(records, EVENT.state);
  if (last === null) return null;
  const statusText = fieldOf(last, EVENT.state);
  const said = {
    text: joinFields([statusText, fieldOf(last, EVENT.time), fieldOf(last, EVENT.office)]),
    trackingNumber: linkedNumber(records) ?? row.trackingNumber,
    statusText,
  };
  const page = { carrier: 'yamato', records, scrapedAt, learnt } as const;
  return historyResult(page, said, { events: records, last, columns: EVENT });
};
