import { describe, expect, it } from 'vitest';
import { LEARNT_FROM, lookOf, oddInARow, oddityOf } from '../../src/tasks/oddity.ts';
import type { RowLook, Usual } from '../../src/tasks/oddity.ts';
import { taskByName } from '../../src/tasks/registry.ts';
import type { CsvRecord } from '../../src/tasks/result.ts';

const SCRAPED_AT = new Date('2026-01-15T03:00:00Z');
const NUMBER = { trackingNumber: '482109071505' };

function yamatoLook(...records: CsvRecord[]): RowLook {
  const { lookup } = taskByName('yamato_tracking_only');
  const result = lookup.by === 'webscraper' ? lookup.parse(records, NUMBER, SCRAPED_AT) : null;
  if (result === null) throw new Error('no result');
  return lookOf(result);
}

const DELIVERED = { data2: '配達完了', data3: '01月14日 10:00', name: '麹町営業所' };
const usualOf = (jobs: number, texts: Usual['texts'] = new Map(), odd = 0): Usual => ({ jobs, odd, texts });
const DELIVERED_OFTEN: Usual = usualOf(100, new Map([['配達完了', { seen: 100, filled: [100, 99, 40] }]]));

it('a look says which fields are filled, of which text, and nothing of a person', () => {
  expect(yamatoLook(DELIVERED)).toEqual({ text: '配達完了', filled: [true, true, true], isStrange: false });
  expect(yamatoLook({ data2: '伝票番号未登録' })).toMatchObject({
    filled: [true, false, false],
    isStrange: false,
  });
});

describe('a field', () => {
  it('that always came with a text is missed; one that was left out now and then is not', () => {
    expect(oddityOf([yamatoLook({ ...DELIVERED, data3: '' })], DELIVERED_OFTEN)).toMatchObject({
      kind: 'field-gone',
      what: '"配達完了" came without field 2 of 3, which it always had',
    });
    expect(oddityOf([yamatoLook({ ...DELIVERED, name: '' })], DELIVERED_OFTEN)).toBeNull();
  });

  it('of another text is none: numbers that are not registered have neither time nor office', () => {
    expect(oddityOf([yamatoLook({ data2: '伝票番号未登録' })], DELIVERED_OFTEN)).toBeNull();
  });

  it('is not missed before its text is known well', () => {
    const texts = new Map([['配達完了', { seen: LEARNT_FROM - 1, filled: [49, 49, 49] }]]);
    expect(oddityOf([yamatoLook({ data2: '配達完了' })], usualOf(100, texts))).toBeNull();
  });
});

describe('a text', () => {
  it.each(['お届け完了通知を依頼', 'ログインしてください'])('%s in the place of states is odd', (data2) => {
    expect(oddityOf([yamatoLook({ data2 })], usualOf(LEARNT_FROM))).toMatchObject({ kind: 'strange-text' });
  });

  it('that nobody knows is none beside known ones, of a new task, or where the task shows it now and then', () => {
    const strange = { data2: '天候により遅延' };
    expect(oddityOf([yamatoLook(DELIVERED, strange)], usualOf(100))).toBeNull();
    expect(oddityOf([yamatoLook(strange)], usualOf(LEARNT_FROM - 1))).toBeNull();
    const seen = new Map([['天候により遅延', { seen: 1, filled: [1, 0, 0] }]]);
    expect(oddityOf([yamatoLook(strange)], usualOf(100, seen))).toBeNull();
  });
});

it('one good row makes a good job', () => {
  const odd = yamatoLook({ ...DELIVERED, data3: '' });
  expect(oddityOf([odd, yamatoLook(DELIVERED)], DELIVERED_OFTEN)).toBeNull();
  expect(oddityOf([odd, odd], DELIVERED_OFTEN)).not.toBeNull();
});

it.each([
  [0, 0, 10],
  [1_000, 100, 10],
  [40, 30, 10],
  [1_000, 300, 18],
  [1_000, 500, 30],
  [1_000, 1_000, 197],
])('of %i jobs %i odd: %i in a row hold it', (jobs, odd, inARow) => {
  expect(oddInARow({ jobs, odd }, 10)).toBe(inARow);
});
