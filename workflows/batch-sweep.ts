import { acquisition } from './activity-proxies.ts';
import { bringLate } from './inbox-relay.ts';

/**
 * Completes starts that died half-way; closes batches whose workflow was terminated or lost; brings the workbooks of ended
 * batches up to date.
 */
export async function BatchSweepWorkflow(): Promise<void> {
  for (const orphan of await acquisition.sweepBatches()) await acquisition.closeOrphan(orphan);
  for (const batchId of await acquisition.unwrittenBatches()) await bringLate(batchId);
}
