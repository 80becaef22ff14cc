import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../src/sandbox/dice.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';
import type { Link } from './link.ts';

/** From what nobody notices to what outlasts some timeouts. */
const DELAYS_MS: readonly [number, ...number[]] = [20, 100, 300, 1_000, 3_000];
const DELAYED_FOR_MS: readonly [number, ...number[]] = [1_000, 3_000, 8_000];

/** Holds up what passes a link, cuts its connections, or both: then answers are lost on their way. */
export function network(dice: Dice, diary: Diary, links: readonly [Link, ...Link[]]): Actor {
  return {
    name: 'network',
    dice,
    pauseMs: [2_000, 8_000],
    async deed() {
      const link = dice.pick(links);
      const kind = dice.pick(['cut', 'delay', 'delay and cut']);
      if (kind !== 'cut') {
        link.delayMs = dice.pick(DELAYS_MS);
        diary.did('delay', `${link.name} by ${link.delayMs} ms`);
        await delay(dice.pick(DELAYED_FOR_MS));
        link.delayMs = 0;
      }
      if (kind !== 'delay') diary.did('cut', `${link.name}, ${link.cut()} connections`);
    },
  };
}
