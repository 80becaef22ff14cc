import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { acquisition } from './activity-proxies.ts';
import { LateBatchWorkflow } from './late-batch.ts';

/** Pokes batches whose results nobody reads; what came after its batch ended goes its own way. */
export async function InboxRelayWorkflow(): Promise<void> {
  await acquisition.wakeSaves();
  const { late } = await acquisition.relayInbox();
  for (const batchId of late) await bringLate(batchId);
}

/** Brings an ended batch up to date beside all others; one that is under way goes on. */
export async function bringLate(batchId: string): Promise<void> {
  try {
    await startChild(LateBatchWorkflow, {
      workflowId: `late:${batchId}`,
      args: [{ batchId }],
      workflowRunTimeout: '2 hours',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `what came late for batch ${batchId}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
