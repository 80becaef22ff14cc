import { activityInfo, Context } from '@temporalio/activity';
import { asFailure } from './failures.ts';

/** A missed heartbeat shows a dead worker in 5 s or 6 s: beaten well inside that. */
const HEARTBEAT_EVERY_MS = 1_000;

/** What an activity waits for that says nothing else. */
const UNTOLD = 'the database';

const told = new WeakMap<Context, string>();

/**
 * Says in words what the running activity waits for ("waits for …"): people see it with its heartbeats. A short one beats not
 * at all: each beat is an action that Temporal Cloud bills.
 */
export function tellWait(what: string): void {
  told.set(Context.current(), what);
}

/** What every activity has: heartbeats while it runs, and only failures of {@link asFailure} leave it. */
export function asActivities<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      const context = Context.current();
      const timer = setInterval(() => context.heartbeat(told.get(context) ?? UNTOLD), HEARTBEAT_EVERY_MS);
      try {
        return await run(...args);
      } catch (error) {
        throw asFailure(error, activityInfo().attempt);
      } finally {
        clearInterval(timer);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
