import type { DeliveryEstimate, ParcelEvent, ParcelHistory } from '../../carriers/history.ts';
import { parseJapanTime } from '../../carriers/japan-time.ts';
import { judgeHistory } from '../../carriers/judge-history.ts';
import type { CarrierName } from '../../carriers/status.ts';
import type { LearntTexts } from '../../carriers/text-meaning.ts';
import { fieldOf, lastWith, scrapeTimeOf } from '../fields.ts';
import type { CsvRecord, RowResult } from '../result.ts';

/** Where a sitemap has the parts of an event. */
export interface EventColumns {
  state: string;
  time: string;
  office?: string;
  region?: string;
  details?: string;
}

/** What a task's page says itself. */
export type Said = Pick<RowResult, 'text' | 'trackingNumber' | 'statusText'>;

/** The page that was read, with the moment that settles its dates. */
export interface SeenPage {
  carrier: CarrierName | null;
  records: readonly CsvRecord[];
  scrapedAt: Date;
  learnt: LearntTexts | undefined;
}

const ESTIMATES = ['estimated_delivery_date', 'Official-website-arrival-time'];

/** A result whose history is each record with a state, `last` being the one that the row shows. */
export function historyResult(
  page: SeenPage,
  said: Said,
  {
    events: records,
    last,
    columns,
  }: { events: readonly CsvRecord[]; last: CsvRecord; columns: EventColumns },
): RowResult {
  const events = records
    .filter((record) => fieldOf(record, columns.state) !== '')
    .map((record) => eventOf(record, columns, page.scrapedAt));
  const seen = { ...page, scrapedAt: scrapeTimeOf(last, page.scrapedAt) };
  const result = judged(seen, said, { events });
  return { ...result, eventAt: result.eventAt ?? eventOf(last, columns, page.scrapedAt).at };
}

/** A result from a page that shows no history: a notice, or dates alone. */
export function judged(
  { carrier, records, scrapedAt, learnt }: SeenPage,
  said: Said,
  own: Partial<Pick<ParcelHistory, 'events' | 'stateText'>> = {},
): RowResult {
  const history: ParcelHistory = {
    carrier,
    number: said.trackingNumber,
    stateText: null,
    date: null,
    events: [],
    estimates: ESTIMATES.flatMap((column) => estimateOf(records, column)),
    product: null,
    summary: null,
    seenAt: scrapedAt.toISOString(),
    ...own,
  };
  const orders = lastWith(records, 'order_number');
  const orderNumber = orders === null ? null : fieldOf(orders, 'order_number');
  return { ...said, orderNumber, ...judgeHistory(history, learnt), history };
}

function eventOf(record: CsvRecord, columns: EventColumns, scrapedAt: Date): ParcelEvent {
  const textOf = (column: string | undefined) => (column === undefined ? '' : fieldOf(record, column));
  const timeText = textOf(columns.time);
  return {
    stateText: textOf(columns.state),
    timeText,
    at: parseJapanTime(timeText, scrapeTimeOf(record, scrapedAt)),
    office: textOf(columns.office) || null,
    region: textOf(columns.region) || null,
    details: textOf(columns.details) || null,
  };
}

function estimateOf(records: readonly CsvRecord[], column: string): DeliveryEstimate[] {
  const record = lastWith(records, column);
  return record === null ? [] : [{ origin: column, text: fieldOf(record, column) }];
}
