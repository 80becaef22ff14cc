import type { Dice } from '../src/sandbox/dice.ts';
import type { FaultKind, Sandbox } from '../src/sandbox/index.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';

/** What Web Scraper Cloud and Yamato do at their worst; nothing that a person must put right there. */
const KINDS: readonly [FaultKind, ...FaultKind[]] = [
  'lost-webhook',
  'duplicate-webhook',
  'early-webhook',
  'publish-slow',
  'publish-reset',
  'publish-reset-created',
  'publish-500',
  'publish-429',
  'slow',
  'status-500',
  'list-500',
  'csv-500',
  'csv-429',
  'csv-truncated',
  'csv-reset',
  'yamato-500',
  'yamato-reset',
  'yamato-slow',
];

/** Web Scraper Cloud and Yamato's page on a bad day: a few calls, one after the other, meet a fault. */
export function account(dice: Dice, diary: Diary, sandbox: Pick<Sandbox, 'addFault'>): Actor {
  return {
    name: 'account',
    dice,
    pauseMs: [1_000, 5_000],
    async deed() {
      const kind = dice.pick(KINDS);
      const times = 1 + dice.below(3);
      sandbox.addFault({ kind, times });
      diary.did('api fault', `${kind}, ${times} times`);
    },
  };
}
