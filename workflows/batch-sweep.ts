import { acquisition } from './activity-proxies.ts';

/** Completes starts that died half-way; closes batches whose workflow was terminated or lost, last writeback made. */
export async function BatchSweepWorkflow(): Promise<void> {
  for (const orphan of await acquisition.sweepBatches()) {
    // A workbook that cannot be written must not keep its next batch from starting.
    await acquisition.writeBack({ batchId: orphan.batchId }).catch(() => null);
    await acquisition.closeOrphan(orphan);
  }
  for (const batchId of await acquisition.unwrittenBatches())
    await acquisition.writeBack({ batchId }).catch(() => null);
}
