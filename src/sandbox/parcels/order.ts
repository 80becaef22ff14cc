import { withCheckDigit } from '../check-digit.ts';
import { Dice } from '../dice.ts';
import { DAY_MS, HOUR_MS, longDate } from '../japan-time.ts';
import type { ParcelHints } from './parcel.ts';

/** What the shop's page says of one order. */
export interface Order {
  orderNumber: string;
  email: string;
  officeAccount: string;
  /** The page breaks the line between model and size. */
  product: string;
  orderDate: string;
  estimatedDelivery: string;
  /** '' while the order has not arrived. */
  arrival: string;
  trackingNumber: string;
}

const PRODUCTS: readonly [string, ...string[]] = [
  'iPhone 17 Pro\n256GB シルバー',
  'iPhone 17 Pro Max\n512GB ディープブルー',
  'iPhone 17\n128GB "ブラック"',
  'iPhone Air\n256GB スカイブルー',
];

/** The order behind a start URL: `…/vieworder/{number}/{e-mail}`, or made up from the URL's text. */
export function orderOf(url: string, dayStartMs: number): Order {
  const dice = new Dice(`order ${url}`);
  const [, number, email] = /\/vieworder\/([^/?#]+)\/([^/?#]+)/.exec(url) ?? [];
  const orderedMs = dayStartMs - (8 + dice.below(6)) * DAY_MS;
  const estimatedMs = orderedMs + (4 + dice.below(3)) * DAY_MS;
  const arrivedMs = estimatedMs + (9 + dice.below(10)) * HOUR_MS;
  const arrival = `${longDate(arrivedMs)} ${String(9 + dice.below(10)).padStart(2, '0')}:00`;
  return {
    orderNumber: number ?? `W${1_000_000_000 + dice.below(999_999_999)}`,
    email: email ?? `order${dice.below(10_000)}@example.jp`,
    officeAccount: `office-${String(1 + dice.below(40)).padStart(2, '0')}`,
    product: dice.pick(PRODUCTS),
    orderDate: longDate(orderedMs),
    estimatedDelivery: longDate(estimatedMs),
    arrival: dice.below(3) === 0 ? '' : arrival,
    trackingNumber: withCheckDigit(18_000_000_000 + dice.below(2_000_000_000)),
  };
}

/** Whether an order went by Japan Post and not by Yamato: one in five, or as its hints say. */
export function goesByJapanPost(url: string, hints: ParcelHints): boolean {
  if (hints.includes('redirect')) return true;
  if (hints.includes('by-yamato')) return false;
  return new Dice(`carrier ${url}`).below(5) === 0;
}
