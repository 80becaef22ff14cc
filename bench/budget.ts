import type { Part } from './part.ts';
import { share } from './share.ts';
import { exhausted } from './exhausted.ts';
import { reservation } from './reservation.ts';

/**
 * The account's budget: kept, used, and cheap to ask. With k = 100 the limit is less: time is short by fifty, and a
 * limit of 100 would be 275 rows a second, 25 times what the vendor's limit allows, and measure two cores instead.
 */
export const budget: readonly Part[] = [
  exhausted,
  share(1, 100),
  share(10, 100),
  share(100, 40),
  reservation,
];
