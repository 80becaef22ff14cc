import { desc, eq } from 'drizzle-orm';
import { inFlight } from '../../batches/in-flight.ts';
import { reasonCounts } from '../../batches/row-reports.ts';
import { batchStatus } from '../../batches/status.ts';
import type { Batch } from '../../db/batches.ts';
import { actions } from '../../db/schema.ts';
import type { ApiContext } from './context.ts';
import type { BatchView } from './contract.ts';

const ACTIONS_TOLD = 50;

/** One batch as the page shows it, its rows apart. */
export async function batchView({ deps, account }: ApiContext, batch: Batch): Promise<BatchView> {
  const { db } = deps.database;
  const now = await account();
  const done = await db.query.actions.findMany({
    where: eq(actions.batchId, batch.id),
    orderBy: [desc(actions.id)],
    limit: ACTIONS_TOLD,
  });
  return {
    status: await batchStatus(db, batch, deps.settings, now),
    reasons: await reasonCounts(db, batch.id),
    inFlight: await inFlight(db, batch.id, now.jobMs),
    actions: done.map(({ at, action, by, why, details }) => ({
      at: at.toISOString(),
      action,
      by,
      why,
      details,
    })),
  };
}
