import { WorkflowNotFoundError } from '@temporalio/client';
import type { RestoreStep } from '../batches/after-restore.ts';
import { runningBatches } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { knownWorkflows, raiseRevisions } from '../db/restored-jobs.ts';
import { askServer } from './ask.ts';
import type { ConnectedClient } from './connection.ts';

/** Thousands of runs are a page of the list after the other. */
const TIMEOUT_MS = 60_000;

const RUNNING_BATCHES =
  "WorkflowType IN ('TrackingBatchWorkflow', 'YamatoBatchWorkflow') AND ExecutionStatus IN ('Running', 'Paused')";
const TERMINATED = 'the database was restored from a backup and does not know this batch';

/**
 * Holds Temporal's runs against a restored database: one whose batch is not there is terminated, as it would go on asking
 * for what is gone; the others believe the database again. Batches without a run are told: the sweep closes them.
 */
export async function compareRuns(
  client: ConnectedClient,
  queries: Queries,
  tell: (step: RestoreStep) => void,
): Promise<void> {
  const runs = await askServer(client, 'the list of runs', () => listRuns(client), TIMEOUT_MS);
  const known = await knownWorkflows(queries, [...runs]);
  for (const workflowId of runs) {
    if (known.has(workflowId)) continue;
    await askServer(client, workflowId, () => terminate(client, workflowId));
    tell(step('terminated', null, `${workflowId}: its batch is not in the database`));
  }
  await raiseRevisions(queries, [...runs]);
  for (const { id, workflowId } of await runningBatches(queries, 0))
    if (!runs.has(workflowId))
      tell(
        step(
          'no workflow',
          id,
          `the sweep starts or closes it within two minutes; \`tsuiseki retry ${id}\` then goes on`,
        ),
      );
}

const step = (what: RestoreStep['what'], batchId: string | null, details: string): RestoreStep => ({
  what,
  batchId,
  customId: null,
  scrapingJobId: null,
  details,
});

async function listRuns(client: ConnectedClient): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: RUNNING_BATCHES })) ids.add(workflowId);
  return ids;
}

async function terminate(client: ConnectedClient, workflowId: string): Promise<void> {
  await client.workflow
    .getHandle(workflowId)
    .terminate(TERMINATED)
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
}
