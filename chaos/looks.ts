import type { Database } from '../src/db/database.ts';
import type { BatchState, RowState } from '../src/db/schema.ts';

/** What the system says of its batches. */
export interface SeenBatch {
  id: string;
  workbook: string;
  workflowId: string;
  state: BatchState;
  reason: string | null;
  ended: boolean;
}

export interface SeenRow {
  batchId: string;
  row: number;
  input: string;
  state: RowState;
  result: string | null;
  error: string | null;
}

/** All batches, the oldest first. */
export async function lookAtBatches({ sql }: Database): Promise<SeenBatch[]> {
  return sql<SeenBatch[]>`
    select id, workbook, workflow_id as "workflowId", state, reason, finished_at is not null as ended
    from batches order by started_at, id`;
}

/** The rows of all batches, those of the oldest first. */
export async function lookAtRows({ sql }: Database): Promise<SeenRow[]> {
  return sql<SeenRow[]>`
    select batch_id as "batchId", row, input, rows.state, result, error
    from rows join batches on batches.id = batch_id order by started_at, batch_id, row`;
}
