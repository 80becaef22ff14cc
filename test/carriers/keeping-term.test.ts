import { expect, it } from 'vitest';
import { lastKeptDay } from '../../src/carriers/keeping-term.ts';
import type { KeptParcel } from '../../src/carriers/keeping-term.ts';

const parcel = (more: Partial<KeptParcel>): KeptParcel => ({
  carrier: 'yamato',
  number: '390512345016',
  product: '宅急便',
  firstAttemptAt: '2026-01-05T19:10:00+09:00',
  since: '2026-01-06T19:10:00+09:00',
  ...more,
});

it.each<[string, Partial<KeptParcel>, string | null]>([
  ['Yamato keeps a week with the day of the first attempt', {}, '2026-01-11'],
  ['a cooled parcel three days', { product: 'クール宅急便' }, '2026-01-07'],
  ['kept to be fetched, a week from then on', { firstAttemptAt: null }, '2026-01-12'],
  ['Japan Post seven days after the first attempt', { carrier: 'japan_post' }, '2026-01-12'],
  [
    'kept since an attempt that nobody saw, a day less',
    { carrier: 'japan_post', firstAttemptAt: null },
    '2026-01-12',
  ],
  ['from abroad fifteen', { carrier: 'japan_post', number: 'EM123456785US' }, '2026-01-20'],
  [
    'an S10 number of Japan is no parcel from abroad',
    { carrier: 'japan_post', number: 'EM123456785JP' },
    '2026-01-12',
  ],
  ['of Sagawa', { carrier: 'sagawa' }, '2026-01-11'],
  ['whose carrier nobody knows', { carrier: null }, null],
  ['without any time', { firstAttemptAt: null, since: null }, null],
  ['days are those of Japan', { firstAttemptAt: '2026-01-05T15:30:00Z' }, '2026-01-12'],
])('%s', (_, more, day) => {
  expect(lastKeptDay(parcel(more))).toBe(day);
});
