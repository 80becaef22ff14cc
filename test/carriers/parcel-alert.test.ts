import { expect, it } from 'vitest';
import { alertOf } from '../../src/carriers/parcel-alert.ts';
import type { WatchedParcel } from '../../src/carriers/parcel-alert.ts';
import { dayAt } from '../support/carriers/histories.ts';

const at = (day: number) => new Date(dayAt(day));
const parcel = (more: Partial<WatchedParcel>): WatchedParcel => ({
  carrier: 'yamato',
  number: '390512345016',
  product: null,
  status: 'in_transit',
  subStatus: null,
  since: dayAt(0),
  eventAt: dayAt(0),
  firstAttemptAt: null,
  isAbroad: false,
  firstSeenAt: dayAt(0),
  seenAt: dayAt(0),
  estimates: [],
  ...more,
});

const brought = { status: 'attempt_failed', firstAttemptAt: dayAt(0) } as const;
const kept = { status: 'available_for_pickup', since: dayAt(1), firstAttemptAt: dayAt(0) } as const;

it.each<[string, Partial<WatchedParcel>, number, object | null]>([
  ['brought back', brought, 0.1, { reason: 'brought-back', since: dayAt(0), lastDay: '2026-01-07' }],
  [
    'brought back, two days before its term ends',
    brought,
    4,
    { reason: 'sent-back-soon', lastDay: '2026-01-07' },
  ],
  ['brought back, its term over', brought, 9, { reason: 'sent-back-soon', lastDay: '2026-01-07' }],
  [
    'brought back, its history lost',
    { ...brought, firstAttemptAt: null, carrier: 'japan_post' },
    1,
    { reason: 'brought-back', lastDay: '2026-01-08' },
  ],
  [
    'brought back, by a carrier nobody knows',
    { ...brought, carrier: null },
    9,
    { reason: 'brought-back', lastDay: null },
  ],
  ['kept after an attempt', kept, 2, { reason: 'brought-back', since: dayAt(0), lastDay: '2026-01-07' }],
  ['kept by wish', { ...kept, firstAttemptAt: null }, 2, null],
  [
    'kept by wish, its term near',
    { ...kept, firstAttemptAt: null },
    6,
    { reason: 'sent-back-soon', lastDay: '2026-01-08' },
  ],
  [
    'under investigation',
    { status: 'exception' },
    1,
    { reason: 'exception', since: dayAt(0), lastDay: null },
  ],
  ['nobody there for long', { status: 'exception', firstAttemptAt: dayAt(-3) }, 1, { lastDay: '2026-01-04' }],
  ['sent back', { status: 'returned' }, 1, { reason: 'returned', lastDay: null }],
  ['delivered', { status: 'delivered', seenAt: dayAt(9) }, 9, null],
  ['expired', { status: 'expired', seenAt: dayAt(40) }, 40, null],
  ['on its way', { seenAt: dayAt(4.9) }, 4.9, null],
  ['silent for five days', { seenAt: dayAt(5) }, 5, { reason: 'silent', since: dayAt(0), lastDay: null }],
  ['not asked after for five days', { seenAt: dayAt(0.5) }, 9, null],
  ['on its way abroad', { isAbroad: true, seenAt: dayAt(13) }, 13, null],
  ['silent abroad', { isAbroad: true, seenAt: dayAt(14) }, 14, { reason: 'silent' }],
  [
    'not registered',
    { status: 'unknown', subStatus: 'not-registered', eventAt: null, seenAt: dayAt(5) },
    5,
    { reason: 'silent', since: dayAt(0) },
  ],
  [
    'no such number',
    { status: 'unknown', subStatus: 'wrong-number', eventAt: null, seenAt: dayAt(5) },
    5,
    null,
  ],
  ['a text that nobody knows', { status: 'unknown', seenAt: dayAt(5) }, 5, null],
])('%s', (_, more, day, alert) => {
  const found = alertOf(parcel(more), at(day));
  if (alert === null) expect(found).toBeNull();
  else expect(found).toMatchObject(alert);
});

it.each<[string, boolean]>([
  ['01/08 14:00-16:00', false],
  ['2026年1月6日', false],
  ['01/04', true],
  ['12/30', true],
  ['午前中', true],
  ['-', true],
  ['13/45', true],
])('an estimate of %s, on the sixth: silent is %s', (text, isSilent) => {
  const estimates = [{ text, seenAt: dayAt(5) }];
  expect(alertOf(parcel({ seenAt: dayAt(5), estimates }), at(5)) !== null).toBe(isSilent);
});
