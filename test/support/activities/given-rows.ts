import type { Client } from '@temporalio/client';
import { objectRows } from '../../../src/batches/given-rows/json-rows.ts';
import type { TaskName } from '../../../src/tasks/types.ts';
import { startRows } from '../../../src/temporal/start-rows.ts';
import type { RowsRequest } from '../../../src/temporal/start-rows.ts';
import type { Stage } from './stage.ts';

export interface Started {
  type: string;
  workflowId: string;
  args: { fromRows?: true; writebackEvery: number; title: string }[];
  staticDetails: string;
  typedSearchAttributes: { key: { name: string } }[];
}

/** A Temporal that takes every start, and keeps what was started. */
export function takingClient(started: Started[] = []): Client {
  const start = async (type: string, options: Omit<Started, 'type'>) => {
    started.push({ type, ...options });
    return { firstExecutionRunId: `run-${started.length}` };
  };
  const withDeadline = (_deadline: unknown, run: () => unknown) => run();
  return { workflow: { start }, withDeadline } as unknown as Client;
}

export function rowsRequest(
  task: TaskName,
  inputs: readonly string[],
  more: Partial<RowsRequest> = {},
): RowsRequest {
  const content = objectRows(
    inputs.map((a) => ({ a })),
    'rows.json',
  );
  return { task, rowsFrom: 'rows.json', content, rows: null, fresh: false, key: null, by: 'mika', ...more };
}

/** A running batch that was given these input cells, its jobs planned. Gives its id. */
export async function givenRowsBatch(
  stage: Stage,
  task: TaskName,
  inputs: readonly string[],
  more: Partial<RowsRequest> = {},
): Promise<string> {
  const deps = { database: stage.database, client: takingClient(), settings: stage.settings };
  const { batchId } = await startRows(deps, rowsRequest(task, inputs, more));
  await stage.run(stage.activities.importRows, { batchId });
  return batchId;
}
