import type { Database } from '../db/database.ts';
import { endForward, nextForward, putOffForward } from '../db/forwards.ts';
import { ForwardError } from '../outbound/forward-webhook.ts';
import type { ForwardWebhook } from '../outbound/forward-webhook.ts';

/** What is left is the next run's: whoever calls has more to do. */
const LONGEST_MS = 20_000;

/** What became of a run; `why`: the other system did not take some, or any, for now. */
export interface Forwarded {
  sent: number;
  refused: string[];
  why: string | null;
}

/**
 * Sends the notifications that wait to the system they belong to, one after the other, those first that were due first. Each
 * stays in the database until it is known to be taken, or refused for good: whoever takes it may see it twice. One that is
 * not taken is put off behind the others; the run ends where no other would be taken either.
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
      if (error.code === 'FORWARD_AWAY') return { ...told, why: error.message };
      if (error.code === 'FORWARD_NOT_TAKEN') {
        await putOffForward(db, notificationId);
        told.why = error.message;
      } else {
        await endForward(db, notificationId, error.message);
        told.refused.push(error.message);
      }
    }
  }
  return told;
}
