import type { BatchStatus } from '../batches/status.ts';
import { errorMessage } from '../errors.ts';
import { temporalConfigured } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { note } from './print.ts';

/** Who asks how a batch is does not wait long for what is mostly "no". */
const ANSWER_TIMEOUT_MS = 3_000;

/**
 * Temporal's own Pause holds a batch without a word to it, so the database cannot know. Told in the statuses of batches
 * that run; where Temporal does not answer, a note says so.
 */
export async function tellPaused(settings: Settings, statuses: readonly BatchStatus[]): Promise<void> {
  const running = statuses.filter(({ finishedAt }) => finishedAt === null);
  if (running.length === 0 || !temporalConfigured(settings)) return;
  const [{ PAUSED_IN_TEMPORAL, pausedInTemporal }, { connectClient }] = await Promise.all([
    import('../temporal/ask.ts'),
    import('../temporal/connection.ts'),
  ]);
  try {
    const client = await connectClient(settings);
    try {
      const paused = await pausedInTemporal(client, ANSWER_TIMEOUT_MS);
      for (const status of running)
        if (paused.has(status.workflowId))
          Object.assign(status, { state: 'paused', reason: PAUSED_IN_TEMPORAL, eta: null });
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    note(`whether Temporal holds a batch is not known: ${errorMessage(error, 200)}`);
  }
}
