import { expect, it } from 'vitest';
import { carrierHint, formHint, hintText } from '../../src/carriers/other-carrier.ts';
import type { UnknownNumber } from '../../src/carriers/other-carrier.ts';
import { dayAt } from '../support/carriers/histories.ts';

const unknown = (more: Partial<UnknownNumber>): UnknownNumber => ({
  carrier: 'yamato',
  number: '390512345016',
  subStatus: 'not-registered',
  notRegisteredDay: 1,
  askedAt: dayAt(40),
  isOtherAsked: false,
  known: null,
  ...more,
});
const known = (day: number | null) => ({
  status: 'in_transit',
  since: day === null ? null : dayAt(day - 1),
  eventAt: day === null ? null : dayAt(day),
});

it.each<[string, Partial<UnknownNumber>, object | null]>([
  [
    'the other moved it lately',
    { known: known(39) },
    { carrier: 'japan_post', confidence: 'high', since: dayAt(38) },
  ],
  ['the other moved one of that number long ago', { known: known(5) }, { confidence: 'low' }],
  ['the other has it and tells no time', { known: known(null) }, { confidence: 'low', since: null }],
  [
    'Japan Post does not know it, Yamato does',
    { carrier: 'japan_post', known: known(39) },
    { carrier: 'yamato' },
  ],
  ['not registered on the first day', {}, null],
  [
    'not registered on the third day',
    { notRegisteredDay: 3 },
    { carrier: 'japan_post', confidence: 'low', status: null },
  ],
  [
    'not registered, and the other does not know it either',
    { notRegisteredDay: 3, isOtherAsked: true },
    null,
  ],
  ['no such number', { subStatus: 'wrong-number', notRegisteredDay: null }, { confidence: 'low' }],
  ['no such number, a digit mistyped', { subStatus: 'wrong-number', number: '390512345017' }, null],
  [
    'not registered, of eleven digits',
    { carrier: 'japan_post', number: '12345678903', notRegisteredDay: 9 },
    null,
  ],
])('%s', (_, more, hint) => {
  const found = carrierHint(unknown(more));
  if (hint === null) expect(found).toBeNull();
  else expect(found).toMatchObject(hint);
});

it('says so in a line', () => {
  const told = (more: Partial<UnknownNumber>) => {
    const hint = carrierHint(unknown(more));
    return hint === null ? null : hintText(hint);
  };
  expect(told({ known: known(39) })).toBe(
    'perhaps Japan Post (high confidence): it knows this number since 2026-02-08, in_transit',
  );
  // Days are those of Japan.
  expect(told({ known: { ...known(39), since: '2026-02-07T15:30:00.000Z' } })).toContain('since 2026-02-08,');
  expect(told({ known: known(null) })).toBe(
    'perhaps Japan Post (low confidence): it knows this number, in_transit',
  );
  expect(told({ carrier: 'japan_post', notRegisteredDay: 4 })).toBe(
    'perhaps Yamato (low confidence): its numbers have this form, and Japan Post does not know it',
  );
});

it.each([
  ['EM123456785JP', true],
  ['EM123456784JP', false],
  ['12345678903', true],
  ['12345678900', false],
  ['390512345016', false],
  ['W1234567890', false],
])('%s has the form of Japan Post alone: %s', (number, isSo) => {
  expect(formHint(number) !== null).toBe(isSo);
});
