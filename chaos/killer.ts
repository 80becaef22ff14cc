import type { Dice } from '../src/sandbox/dice.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';
import { familyOf, freeze, kill } from './processes.ts';
import type { Victim } from './processes.ts';

export interface KillerOptions {
  dice: Dice;
  diary: Diary;
  kills: boolean;
  stops: boolean;
  /** No stop is longer. */
  longestStopMs: number;
  victims(): Victim[];
}

/** More at once would only make everything stand. */
const STOPPED_AT_MOST = 2;
/** Some outlive every heartbeat and deadline; most are as short as a busy machine's. */
const STOPS_MS: readonly [number, ...number[]] = [
  100, 500, 1_000, 2_000, 3_000, 6_000, 12_000, 30_000, 90_000,
];

/** Kills and stops processes of the system, each as likely as the other. */
export function killer({ dice, diary, kills, stops, longestStopMs, victims }: KillerOptions): Actor {
  const stopped = new Map<number, () => void>();
  const stop = (victim: Victim) => {
    const forMs = Math.min(dice.pick(STOPS_MS), longestStopMs);
    const { thaw } = freeze(victim);
    const timer = setTimeout(() => goOn(), forMs);
    const goOn = () => {
      clearTimeout(timer);
      stopped.delete(victim.pid);
      thaw();
    };
    stopped.set(victim.pid, goOn);
    diary.did('stop', `${victim.name} (${victim.pid}) for ${forMs} ms`);
  };
  return {
    name: 'killer',
    dice,
    pauseMs: [1_000, 7_000],
    async deed() {
      // A process id that is told may be somebody else's by now.
      const ours = new Set(familyOf(process.pid));
      const [first, ...others] = victims().filter(({ pid }) => ours.has(pid));
      if (first === undefined) return;
      const victim = dice.pick([first, ...others]);
      const stopsNow = stops && (!kills || dice.below(2) === 0);
      if (stopsNow && !stopped.has(victim.pid) && stopped.size < STOPPED_AT_MOST) stop(victim);
      else if (kills && kill(victim)) diary.did('kill', `${victim.name} (${victim.pid})`);
    },
    async end() {
      for (const goOn of stopped.values()) goOn();
    },
  };
}
