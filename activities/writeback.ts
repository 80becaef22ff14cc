import { cancellationSignal, log, metricMeter } from '@temporalio/activity';
import { writeBack } from '../src/batches/write-back.ts';
import type { WritebackDeps } from '../src/batches/write-back.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { findBatch } from '../src/db/batches.ts';
import { asActivities, tellWait } from './as-activities.ts';

const CONFLICTS =
  'Workbooks that somebody changed between our reading and our writing: read and patched again';

export type WritebackActivities = ReturnType<typeof createWritebackActivities>;

/** Writing results into the result column, one writeback at a time for a workbook. */
export function createWritebackActivities(deps: WritebackDeps) {
  const { db } = deps.database;
  return asActivities({
    /** Brings the workbook up to date with every result not yet written, and its status column where there is one. */
    async writeBack(input: { batchId: string }): Promise<BatchFigures> {
      const batch = await findBatch(db, input.batchId);
      if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
      tellWait('the workbook to be written');
      const conflicts = metricMeter.createCounter('tsuiseki_writeback_conflicts', undefined, CONFLICTS);
      await writeBack({ ...deps, onConflict: () => conflicts.add(1) }, batch, cancellationSignal());
      const figures = await batchFigures(db, batch.id);
      log.info('Workbook written', { completed: figures.counts.completed, unwritten: figures.unwritten });
      return figures;
    },
  });
}
