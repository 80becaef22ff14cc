import { acquisition } from './activity-proxies.ts';

/** Relays what could not be signalled; what came after its batch ended is brought into database and workbook. */
export async function InboxRelayWorkflow(): Promise<void> {
  await acquisition.wakeSaves();
  for (const { batchId, jobIds } of await acquisition.relayInbox()) {
    const { waiting } = await acquisition.processResults({ batchId, jobIds });
    // A workbook that cannot be written must not keep the others' results waiting; the sweep tries it again.
    await acquisition.writeBack({ batchId }).catch(() => null);
    if (waiting === null) await acquisition.settleLate({ batchId });
  }
}
