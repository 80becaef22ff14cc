import type { Part } from './part.ts';
import { share } from './share.ts';
import { exhausted } from './exhausted.ts';
import { reservation } from './reservation.ts';

/** The account's budget: kept, used, and cheap to ask. */
export const budget: readonly Part[] = [exhausted, share(1), share(10), share(100), reservation];
