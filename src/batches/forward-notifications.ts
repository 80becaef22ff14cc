import type { Database } from '../db/database.ts';
import { endForward, nextForward } from '../db/forwards.ts';
import { ForwardError } from '../outbound/forward-webhook.ts';
import type { ForwardWebhook } from '../outbound/forward-webhook.ts';

/** What is left is the next run's: whoever calls has more to do. */
const LONGEST_MS = 20_000;

/** What became of a run; `why`: the other system does not take them for now. */
export interface Forwarded {
  sent: number;
  refused: string[];
  why: string | null;
}

/**
 * Sends the notifications that wait to the system they belong to, one after the other, the oldest first. Each stays in the
 * database until it is known to be taken, or refused for good: whoever takes it may see it twice. The first that is not
 * taken ends the run.
 */
export async function forwardWaiting(
  { db }: Pick<Database, 'db'>,
  forward: ForwardWebhook,
): Promise<Forwarded> {
  const told: Forwarded = { sent: 0, refused: [], why: null };
  const lastMs = performance.now() + LONGEST_MS;
  while (performance.now() < lastMs) {
    const next = await nextForward(db);
    if (next === null) return told;
    const { notificationId } = next;
    try {
      await forward.send(next);
      await endForward(db, notificationId, null);
      told.sent += 1;
    } catch (error) {
      if (!(error instanceof ForwardError)) throw error;
      if (error.code === 'FORWARD_NOT_TAKEN') return { ...told, why: error.message };
      await endForward(db, notificationId, error.message);
      told.refused.push(error.message);
    }
  }
  return told;
}
