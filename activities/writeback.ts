import { cancellationSignal, log, metricMeter } from '@temporalio/activity';
import { deliverNext } from '../src/batches/deliver-results.ts';
import type { DeliveryDeps } from '../src/batches/deliver-results.ts';
import { answerWords, writeBack } from '../src/batches/write-back.ts';
import { giveBack } from '../src/batches/rounds/give-back.ts';
import type { GiveBackDeps } from '../src/batches/rounds/give-back.ts';
import type { WritebackDeps } from '../src/batches/write-back.ts';
import { batchFigures } from '../src/db/batch-figures.ts';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import { findBatch, hasWorkbook } from '../src/db/batches.ts';
import { asActivities, tellWait } from './as-activities.ts';

const CONFLICTS =
  'Workbooks that somebody changed between our reading and our writing: read and patched again';

export type WritebackActivities = ReturnType<typeof createWritebackActivities>;

/** Writing results into the result column, one writeback at a time for a workbook; or delivering them. */
export function createWritebackActivities(deps: WritebackDeps & DeliveryDeps & GiveBackDeps) {
  const { db } = deps.database;
  return asActivities({
    /** Answers what people typed into the status cells of a workbook, all batches and none being told of it. */
    async answerWords(input: { workbook: string }): Promise<void> {
      tellWait('the workbook to be written');
      await answerWords(deps, input.workbook, cancellationSignal());
    },

    /**
     * Brings the workbook up to date with every result not yet written, and its status column where there is one. Of a
     * batch without a workbook: makes its next delivery, the last where nothing more will come. Of a round: gives what it found
     * to the rows that name its parcels.
     */
    async writeBack(input: { batchId: string; isLast?: boolean }): Promise<BatchFigures> {
      const batch = await findBatch(db, input.batchId);
      if (batch === null) throw new TypeError(`batch ${input.batchId} is unknown`);
      if (batch.isRound) {
        tellWait('the rows that name its parcels');
        await giveBack(deps, batch.id, input.isLast === true || batch.finishedAt !== null);
        return batchFigures(db, batch.id);
      }
      if (!hasWorkbook(batch)) {
        tellWait('the results to be taken');
        const next = () => deliverNext(deps, batch.id, input.isLast === true);
        // A running batch comes again: each delivery has two tries. Of one that has ended all goes out at once.
        while ((await next()) && batch.finishedAt !== null);
        return batchFigures(db, batch.id);
      }
      tellWait('the workbook to be written');
      const conflicts = metricMeter.createCounter('tsuiseki_writeback_conflicts', undefined, CONFLICTS);
      await writeBack({ ...deps, onConflict: () => conflicts.add(1) }, batch, cancellationSignal());
      const figures = await batchFigures(db, batch.id);
      log.info('Workbook written', { completed: figures.counts.completed, unwritten: figures.unwritten });
      return figures;
    },
  });
}
