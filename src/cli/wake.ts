import type { Batch } from '../db/batches.ts';
import { errorMessage } from '../errors.ts';
import { temporalConfigured } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { note } from './print.ts';

/** What was done stands in the database: a batch that cannot be woken finds it within minutes, and a note says so. */
export async function wake(settings: Settings, batch: Batch): Promise<void> {
  try {
    if (!temporalConfigured(settings)) throw new TypeError('Temporal is not configured');
    const [{ connectClient }, { wakeBatch }] = await Promise.all([
      import('../temporal/connection.ts'),
      import('../temporal/wake-batch.ts'),
    ]);
    const client = await connectClient(settings);
    try {
      await wakeBatch(client, batch);
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    note(`batch ${batch.id} looks by itself within five minutes: ${errorMessage(error, 200)}`);
  }
}
