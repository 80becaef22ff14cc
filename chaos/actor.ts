import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../src/sandbox/dice.ts';
import type { Diary } from './diary.ts';

/** One who does something again and again while the run lasts. */
export interface Actor {
  name: string;
  dice: Dice;
  /** Between two deeds: drawn from this range. */
  pauseMs: readonly [min: number, max: number];
  /** What cannot be done just now throws: it is written down, and the next comes. */
  deed(): Promise<void>;
  /** Takes back what still stands. */
  end?(): Promise<void>;
}

/** Sleeps so long, or until the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Lets an actor act until the signal comes. */
export async function act(actor: Actor, diary: Diary, signal: AbortSignal): Promise<void> {
  const { name, dice, pauseMs } = actor;
  const [min, max] = pauseMs;
  while (!signal.aborted) {
    await pause(min + dice.below(max - min), signal);
    if (signal.aborted) break;
    await actor.deed().catch((error: unknown) => diary.refused(name, error));
  }
  await actor.end?.();
}
