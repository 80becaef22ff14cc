import type { Batch } from '../db/batches.ts';
import type { PersonOrder } from '../db/schema.ts';
import { errorMessage } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { GivenRows } from '../batches/given-rows/read-rows.ts';
import { sendUpdate } from './ask.ts';
import { cancel, pause, resume } from './messages.ts';
import { retryBatch } from './retry-batch.ts';
import { startBatch } from './start-batch.ts';
import type { StartDeps } from './start-batch.ts';
import { startRows } from './start-rows.ts';
import { wakeBatch } from './wake-batch.ts';

type Message = PersonOrder & { id: string };

/** What people have batches do, from wherever they ask; each throws {@link AskError} where no worker answers. */
export function steering(deps: StartDeps, logger: Pick<Logger, 'warn'>) {
  const { client } = deps;
  return {
    async pause({ workflowId }: Batch, message: Message): Promise<void> {
      await sendUpdate(client, workflowId, pause, message);
    },
    async resume({ workflowId }: Batch, message: Message): Promise<void> {
      await sendUpdate(client, workflowId, resume, message);
    },
    async cancel({ workflowId }: Batch, message: Message & { drop: boolean }): Promise<void> {
      await sendUpdate(client, workflowId, cancel, message);
    },
    retry: ({ id }: Batch, message: Message & { rows: string }) => retryBatch(deps, id, message),
    /** What was done stands in the database: a batch that cannot be woken finds it within minutes. */
    async wake(batch: Batch): Promise<void> {
      await wakeBatch(client, batch).catch((error: unknown) => {
        logger.warn({ batchId: batch.id, error: errorMessage(error, 200) }, 'a batch could not be woken');
      });
    },
    startWorkbook: (workbook: string, task: string, by: string) =>
      startBatch(deps, { workbook, task, rows: null, fresh: false, by }),
    startRows: (given: GivenRows & { task: string; key: string | null; by: string }) =>
      startRows(deps, { ...given, rows: null, fresh: false }),
  };
}
