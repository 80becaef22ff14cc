import { expect, it } from 'vitest';
import { inTurn } from '../../src/http/in-turn.ts';

it('each has a run that began after it asked, one at a time, and one for all who ask meanwhile', async () => {
  const ends: ((end: number | Promise<number>) => void)[] = [];
  const ask = inTurn(() => new Promise<number>((resolve) => ends.push(resolve)));
  const first = ask();
  await expect.poll(() => ends.length).toBe(1);
  const later = [ask(), ask(), ask()];
  ends[0]?.(Promise.reject(new Error('away')));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  expect(ends).toHaveLength(2);
});
