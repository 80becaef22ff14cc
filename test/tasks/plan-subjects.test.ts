import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { groupNumbers, planSubjects, urlsOfRows } from '../../src/tasks/plan-subjects.ts';
import { taskByPrefix } from '../../src/tasks/registry.ts';
import type { RowReading } from '../../src/tasks/types.ts';
import { webscraperTask } from '../support/tasks/webscraper-task.ts';
import { fillUrlTemplate, numberInUrl } from '../../src/tasks/url-template.ts';

const BAD: RowReading = { valid: false, error: 'bad', warnings: [] };
const byUrl = (url: string): RowReading => ({ valid: true, url, trackingNumber: null, warnings: [] });
const byNumber = (number: number): RowReading => ({
  valid: true,
  url: null,
  trackingNumber: String(number).padStart(12, '0'),
  warnings: [],
});
const OWT = taskByPrefix('owt');
const JPT10 = webscraperTask('jpt10');

describe('planSubjects', () => {
  it('makes one URL of equal ones, and keeps the order', () => {
    expect(planSubjects(OWT, [BAD, byUrl('http://b'), byUrl('http://a'), BAD, byUrl('http://b')])).toEqual([
      { subject: 'http://b', rowIndexes: [1, 4], trackingNumbers: [] },
      { subject: 'http://a', rowIndexes: [2], trackingNumbers: [] },
    ]);
  });

  it('asks for ten numbers a URL', () => {
    const planned = planSubjects(
      JPT10,
      Array.from({ length: 12 }, (_, index) => byNumber(index)),
      () => 0,
    );
    expect(planned.map(({ rowIndexes }) => rowIndexes.length)).toEqual([10, 2]);
    expect(planned[1]?.subject).toBe(
      'https://trackings.post.japanpost.jp/services/srv/search?requestNo1=000000000010&requestNo2=000000000011' +
        '&requestNo3=&requestNo4=&requestNo5=&requestNo6=&requestNo7=&requestNo8=&requestNo9=&requestNo10=' +
        '&search.x=1&search.y=1&startingUrlPatten=&locale=ja',
    );
    expect(planned[0]?.subject).toContain('requestNo10=000000000009&search.x');
  });

  it('keeps the rows of a number that comes again, in its group or a later one', () => {
    const readings = [
      ...Array.from({ length: 11 }, (_, index) => byNumber(index)),
      byNumber(3),
      BAD,
      byNumber(10),
    ];
    expect(planSubjects(JPT10, readings).map(({ rowIndexes }) => rowIndexes)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
      [10, 13],
    ]);
  });

  it('plans each number once where the carrier is asked directly; its rows have no URL', () => {
    const yt10 = taskByPrefix('yt10');
    const planned = planSubjects(yt10, [byNumber(1), BAD, byNumber(2), byNumber(1)]);
    expect(planned.map(({ subject, rowIndexes }) => ({ subject, rowIndexes }))).toEqual([
      { subject: '000000000001', rowIndexes: [0, 3] },
      { subject: '000000000002', rowIndexes: [2] },
    ]);
    expect(urlsOfRows(yt10, planned).size).toBe(0);
    expect([...urlsOfRows(OWT, planSubjects(OWT, [byUrl('http://a'), BAD, byUrl('http://a')]))]).toEqual([
      [0, 'http://a'],
      [2, 'http://a'],
    ]);
  });

  it('has no URLs for ten numbers without a template', () => {
    expect(() =>
      planSubjects({ ...JPT10, lookup: { ...JPT10.lookup, urlTemplate: null } }, [byNumber(1)]),
    ).toThrow(expect.objectContaining({ code: 'TASK_NO_URLS' }));
  });

  it('loses no row, repeats no number, and never asks for more than ten', () => {
    const reading = fc.oneof(fc.constant(BAD), fc.integer({ min: 0, max: 40 }).map(byNumber));
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 80 }), random, (readings, chance) => {
        const planned = planSubjects(JPT10, readings, () => chance);
        const valid = readings.flatMap((each, index) => (each.valid ? [index] : []));
        expect(planned.flatMap(({ rowIndexes }) => rowIndexes).toSorted((a, b) => a - b)).toEqual(valid);
        const numbers = planned.flatMap(({ trackingNumbers }) => trackingNumbers);
        expect(new Set(numbers).size).toBe(numbers.length);
        for (const { subject, rowIndexes, trackingNumbers } of planned) {
          const query = new URL(subject).searchParams;
          const asked = Array.from({ length: 10 }, (_, index) => query.get(`requestNo${index + 1}`));
          expect(asked.filter((number) => number !== '')).toEqual(trackingNumbers);
          for (const index of rowIndexes) {
            const each = readings[index];
            expect(trackingNumbers).toContain(each?.valid === true ? each.trackingNumber : null);
          }
          expect(Number(query.get('search.x'))).toSatisfy((x: number) => x >= 1 && x <= 173);
          expect(Number(query.get('search.y'))).toSatisfy((y: number) => y >= 1 && y <= 45);
        }
      }),
    );
  });
});

it('groups numbers for a direct query', () => {
  expect(groupNumbers([byNumber(1), byNumber(2), BAD, byNumber(1), byNumber(3)], 2)).toEqual([
    { trackingNumbers: ['000000000001', '000000000002'], rowIndexes: [0, 1, 3] },
    { trackingNumbers: ['000000000003'], rowIndexes: [4] },
  ]);
});

it('fills both ends of a random range', () => {
  expect(fillUrlTemplate('{random:1-45}', [], () => 0)).toBe('1');
  expect(fillUrlTemplate('{random:1-45}', [], () => 0.999_999)).toBe('45');
});

it.each([
  ['http://x/?id={tracking_number}', 'http://x/?id=12&a=1', '12'],
  ['http://x/?id={tracking_number}', 'http://y/?id=12', null],
  ['http://x/?id={tracking_number_1}', 'http://x/?id=12', null],
])('the number of %s in %s', (template, url, expected) => {
  expect(numberInUrl(template, url)).toBe(expected);
});
