import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TsuisekiError } from '../errors.ts';
import { askServer } from './ask.ts';

export class HistoryError extends TsuisekiError<'HISTORY_GONE'> {}

/** The history of a workflow's latest run, as Temporal's tools save one. Throws {@link HistoryError}. */
export async function liveHistory(client: Client, workflowId: string): Promise<unknown> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const history = await askServer(client, `the history of ${workflowId}`, () => handle.fetchHistory());
    return JSON.parse(historyToJSON(history));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const text = `Temporal has no history of ${workflowId}: it was never started, or is past its retention`;
    throw new HistoryError('HISTORY_GONE', text, { cause: error });
  }
}
