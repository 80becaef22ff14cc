import { expect, it } from 'vitest';
import { Grouped } from '../../src/db/grouped.ts';
import { latch } from '../support/latch.ts';

it('a lone one goes at once; those that ask meanwhile go together', async () => {
  const groups: number[][] = [];
  const gate = latch();
  const grouped = new Grouped(async (items: readonly number[]) => {
    groups.push([...items]);
    if (groups.length === 1) await gate.opened;
    return items.map((item) => item * 10);
  });
  const first = grouped.ask(1);
  await Promise.resolve();
  const others = [grouped.ask(2), grouped.ask(3)];
  gate.open();
  expect(await first).toBe(10);
  expect(await Promise.all(others)).toEqual([20, 30]);
  expect(await grouped.ask(4)).toBe(40);
  expect(groups).toEqual([[1], [2, 3], [4]]);
});

it('one’s trouble is not the others’: a group that fails is tried one by one', async () => {
  const groups: number[][] = [];
  const grouped = new Grouped(async (items: readonly number[]) => {
    groups.push([...items]);
    if (items.includes(2)) throw new Error('no 2');
    return items;
  });
  const answers = await Promise.allSettled([1, 2, 3].map((item) => grouped.ask(item)));
  expect(answers).toMatchObject([
    { value: 1 },
    { reason: expect.objectContaining({ message: 'no 2' }) as Error },
    { value: 3 },
  ]);
  expect(groups).toEqual([[1, 2, 3], [1], [2], [3]]);
});

it('a group that hangs does not keep the next ones for ever', async () => {
  const grouped = new Grouped(async (items: readonly number[]) => {
    if (items.includes(1)) await new Promise(() => {});
    return items;
  }, 1);
  void grouped.ask(1);
  await Promise.resolve();
  expect(await grouped.ask(2)).toBe(2);
});
