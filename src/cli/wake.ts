import type { Batch } from '../db/batches.ts';
import { errorMessage } from '../errors.ts';
import { temporalConfigured } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { note } from './print.ts';

/** What was done stands in the database: batches that cannot be woken find it within minutes, and a note says so. */
export async function wake(settings: Settings, ...batches: readonly Batch[]): Promise<void> {
  if (batches.length === 0) return;
  try {
    if (!temporalConfigured(settings)) throw new TypeError('Temporal is not configured');
    const [{ connectClient }, { wakeBatch }] = await Promise.all([
      import('../temporal/connection.ts'),
      import('../temporal/wake-batch.ts'),
    ]);
    const client = await connectClient(settings);
    try {
      for (const batch of batches) await wakeBatch(client, batch);
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    const [which, verb] =
      batches.length === 1 ? [`batch ${batches[0]?.id}`, 'looks'] : ['the batches', 'look'];
    note(
      `${which} ${verb} by ${batches.length === 1 ? 'itself' : 'themselves'} within five minutes: ${errorMessage(error, 200)}`,
    );
  }
}
