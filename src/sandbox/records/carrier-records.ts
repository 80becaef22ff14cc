import { Dice } from '../dice.ts';
import { japanPostTime, yamatoTime } from '../japan-time.ts';
import { orderOf } from '../parcels/order.ts';
import type { Parcel, ParcelHints } from '../parcels/parcel.ts';
import { japanPostParcel, tenInOneParcel } from '../parcels/japan-post-parcel.ts';
import { yamatoParcel } from '../parcels/yamato-parcel.ts';
import { cell } from './empty-cell.ts';
import { numbersIn } from './numbers.ts';
import type { ScrapedRecord } from './record.ts';

/** `備考` holds a line break, as cells of real results do. */
export const YAMATO_COLUMNS = ['data2', 'data3', 'name', '備考'];
const HISTORY_COLUMNS = ['状態発生日', '配送履歴', '詳細1', '取扱局', '県名等'];
export const JAPAN_POST_COLUMNS = [...HISTORY_COLUMNS, '備考'];
export const REDIRECTED_COLUMNS = [
  ...HISTORY_COLUMNS,
  'email',
  'office_account',
  'estimated_delivery_date',
  'category-link-0',
];
export const TEN_IN_ONE_COLUMNS = ['お問い合わせ番号', '最新年月日', '最新状態'];

const REMARK = 'お問い合わせは\n"サービスセンター"まで';

/** Rows of yamato_tracking_only: one an event, some followed by a row without a state. */
export function yamatoRecords(url: string, hints: ParcelHints, dayStartMs: number): ScrapedRecord[] {
  const [number = url] = numbersIn(url);
  const dice = new Dice(`rows ${url}`);
  const { events, title } = yamatoParcel(number, hints, dayStartMs);
  const row = (state: string, at: string, name: string) => ({
    data2: cell(state, dice),
    data3: cell(at, dice),
    name: cell(name, dice),
    備考: dice.below(2) === 0 ? REMARK : '',
  });
  const records = events.map(({ state, atMs, office }) => row(state, yamatoTime(atMs), office));
  if (events.length === 0) records.push(row(title, '', ''));
  if (dice.below(3) === 0) records.push(row('', '', ''));
  return records;
}

function historyRows(parcel: Parcel, dice: Dice): ScrapedRecord[] {
  const row = (at: string, state: string, detail: string, office: string, prefecture: string) => ({
    状態発生日: cell(at, dice),
    配送履歴: cell(state, dice),
    詳細1: cell(detail, dice),
    取扱局: cell(office, dice),
    県名等: cell(prefecture, dice),
  });
  if (parcel.events.length === 0) return [row('', parcel.title, '', '', '')];
  const records = parcel.events.map(({ atMs, state, detail, office, prefecture }) =>
    row(japanPostTime(atMs), state, detail, office, prefecture),
  );
  // The page's postcode line comes back as a row of its own.
  if (dice.below(3) === 0) records.push(row('', '', '', '', ''));
  return records;
}

/** Rows of japan_post_tracking_only. */
export function japanPostRecords(url: string, hints: ParcelHints, dayStartMs: number): ScrapedRecord[] {
  const [number = url] = numbersIn(url);
  const dice = new Dice(`rows ${url}`);
  return historyRows(japanPostParcel(number, hints, dayStartMs), dice).map((record) => ({
    ...record,
    備考: dice.below(2) === 0 ? REMARK : '',
  }));
}

/** Rows of redirect_to_japan_post_tracking, for the start URL of the order itself. */
export function redirectedRecords(url: string, hints: ParcelHints, dayStartMs: number): ScrapedRecord[] {
  const order = orderOf(url, dayStartMs);
  const dice = new Dice(`rows ${url}`);
  return historyRows(japanPostParcel(order.trackingNumber, hints, dayStartMs), dice).map((record) => ({
    ...record,
    email: order.email,
    office_account: order.officeAccount,
    estimated_delivery_date: order.estimatedDelivery,
    'category-link-0': order.trackingNumber,
  }));
}

/** Rows of japan_post_tracking_10: one a number; hints are those of the single number. */
export function tenInOneRecords(
  url: string,
  hintsOf: (number: string) => ParcelHints,
  dayStartMs: number,
): ScrapedRecord[] {
  const dice = new Dice(`rows ${url}`);
  return numbersIn(url).map((number) => {
    const parcel = tenInOneParcel(number, hintsOf(number), dayStartMs);
    const last = parcel.events.at(-1);
    return {
      お問い合わせ番号: number.length === 12 ? number.replace(/^(.{4})(.{4})/, '$1-$2-') : number,
      最新年月日: cell(last === undefined ? '' : japanPostTime(last.atMs), dice),
      最新状態: parcel.title,
    };
  });
}
