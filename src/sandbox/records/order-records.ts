import { Dice } from '../dice.ts';
import { yamatoTime } from '../japan-time.ts';
import type { Order } from '../parcels/order.ts';
import { goesByJapanPost, orderOf } from '../parcels/order.ts';
import type { ParcelHints } from '../parcels/parcel.ts';
import { yamatoParcel } from '../parcels/yamato-parcel.ts';
import { cell } from './empty-cell.ts';
import type { ScrapedRecord } from './record.ts';

const ORDER_COLUMNS = [
  'order_number',
  'email',
  'office_account',
  'iphone_type',
  'order_date',
  'Official-website-arrival-time',
  'estimated_delivery_date',
];

export const ORDER_WITH_CARRIER_COLUMNS = [
  ...ORDER_COLUMNS,
  'category-link-0',
  'data2',
  'data3',
  'name',
  'Discriminant',
];

export const ORDER_ONLY_COLUMNS = ORDER_COLUMNS;

function orderCells(order: Order, dice: Dice): ScrapedRecord {
  return {
    order_number: order.orderNumber,
    email: order.email,
    office_account: order.officeAccount,
    iphone_type: order.product,
    order_date: order.orderDate,
    'Official-website-arrival-time': cell(order.arrival, dice),
    estimated_delivery_date: order.estimatedDelivery,
  };
}

/**
 * Rows of official_website_redirect_to_yamato_tracking: the order, then one row an event. An order that went by Japan
 * Post has `Discriminant` empty in every row.
 */
export function orderWithCarrierRecords(
  url: string,
  hints: ParcelHints,
  dayStartMs: number,
): ScrapedRecord[] {
  const dice = new Dice(`rows ${url}`);
  const order = orderOf(url, dayStartMs);
  const row = (carrier: { link?: string; state?: string; at?: string; office?: string; by?: string }) => {
    const record = orderCells(order, dice);
    record['category-link-0'] = cell(carrier.link ?? '', dice);
    record['data2'] = cell(carrier.state ?? '', dice);
    record['data3'] = cell(carrier.at ?? '', dice);
    record['name'] = cell(carrier.office ?? '', dice);
    record['Discriminant'] = cell(carrier.by ?? '', dice);
    return record;
  };
  if (goesByJapanPost(url, hints)) return [row({}), row({ link: order.trackingNumber })];
  const link = order.trackingNumber;
  const { events, title } = yamatoParcel(link, hints, dayStartMs);
  const records = [row({ by: 'ヤマト運輸' })];
  for (const { state, atMs, office } of events) {
    // The discriminant is missing in some rows: only empty in every one means Japan Post.
    const by = dice.below(4) === 0 ? '' : 'ヤマト運輸';
    records.push(row({ link, state, at: yamatoTime(atMs), office, by }));
  }
  if (events.length === 0) records.push(row({ link, state: title }));
  if (dice.below(2) === 0) records.push(row({ link }));
  return records;
}

/** Rows of official_website_tracking: dates only, a row with the order date alone before the full one. */
export function orderOnlyRecords(url: string, dayStartMs: number): ScrapedRecord[] {
  const dice = new Dice(`dates ${url}`);
  const order = orderOf(url, dayStartMs);
  const full = orderCells(order, dice);
  const none = () => cell('', dice);
  const first = { ...full, estimated_delivery_date: none(), 'Official-website-arrival-time': none() };
  const blank = { ...first, order_date: none(), iphone_type: none() };
  return dice.below(2) === 0 ? [first, full] : [first, full, blank];
}
