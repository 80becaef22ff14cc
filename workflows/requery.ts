import { acquisition } from './activity-proxies.ts';

/**
 * Asks open parcels again: chooses those that are due, and starts a round for them, a batch of its own behind all others.
 */
export async function RequeryWorkflow(): Promise<{ rounds: string[] }> {
  const rounds = await acquisition.beginRounds();
  for (const batchId of rounds) await acquisition.startSavedBatch({ batchId });
  return { rounds };
}
