import { acquisition, beating } from './activity-proxies.ts';

/** Relays what could not be signalled; what came after its batch ended is brought into database and workbook. */
export async function InboxRelayWorkflow(): Promise<void> {
  await beating.wakeSaves();
  for (const { batchId, jobIds } of await acquisition.relayInbox()) {
    const { waiting } = await beating.processResults({ batchId, jobIds });
    // A workbook that cannot be written must not keep the others' results waiting; the sweep tries it again.
    await beating.writeBack({ batchId }).catch(() => null);
    if (waiting === null) await acquisition.settleLate({ batchId });
  }
}

/** Asks after jobs whose webhook never came. */
export async function LostWebhookWorkflow(): Promise<{ asked: number; found: number }> {
  return acquisition.checkOverdueJobs();
}

/** Completes starts that died half-way; closes batches whose workflow was terminated or lost, last writeback made. */
export async function BatchSweepWorkflow(): Promise<void> {
  for (const orphan of await acquisition.sweepBatches()) {
    // A workbook that cannot be written must not keep its next batch from starting.
    await beating.writeBack({ batchId: orphan.batchId }).catch(() => null);
    await acquisition.closeOrphan(orphan);
  }
  for (const batchId of await acquisition.unwrittenBatches())
    await beating.writeBack({ batchId }).catch(() => null);
}

/** Finds saves of which no webhook told. */
export async function FolderSweepWorkflow(): Promise<{ found: number }> {
  return beating.sweepFolders();
}

/** The daily pruning. */
export async function CleanUpWorkflow(): Promise<{ calls: number; requests: number; saves: number }> {
  return acquisition.cleanUp();
}
