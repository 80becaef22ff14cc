import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Batch } from '../db/batches.ts';
import { askServer } from './ask.ts';
import { webhookReceived } from './messages.ts';
import { QUEUE_OF_WORKFLOW } from './workflows.ts';
import type { Workflows } from './workflows.ts';

/**
 * Has a batch look again at what stands in the database: a running one by a poke, an ended one by the workflow that
 * brings it up to date. Throws {@link AskError}.
 */
export async function wakeBatch(client: Client, batch: Batch): Promise<void> {
  const { id: batchId, workflowId, finishedAt } = batch;
  const poke = () => client.workflow.getHandle(workflowId).signal(webhookReceived, { batchId, jobIds: [] });
  const bringUpToDate = async () => {
    await client.workflow.start<Workflows['LateBatchWorkflow']>('LateBatchWorkflow', {
      workflowId: `late:${batchId}`,
      taskQueue: QUEUE_OF_WORKFLOW.LateBatchWorkflow,
      args: [{ batchId }],
      staticSummary: `what came late for batch ${batchId}`,
    });
  };
  try {
    await askServer(client, `the waking of ${workflowId}`, finishedAt === null ? poke : bringUpToDate);
  } catch (error) {
    // Gone, the sweep closes it; under way already, it goes on.
    if (!(error instanceof WorkflowNotFoundError) && !(error instanceof WorkflowExecutionAlreadyStartedError))
      throw error;
  }
}
