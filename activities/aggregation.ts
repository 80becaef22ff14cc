import { rollUp } from '../src/batches/roll-ups/roll-up.ts';
import type { Database } from '../src/db/database.ts';
import { asActivities } from './as-activities.ts';

export type AggregationActivities = ReturnType<typeof createAggregationActivities>;

/** On `aggregation_queue`: figures of many batches, made from each one's own. */
export function createAggregationActivities({ database }: { database: Database }) {
  return asActivities({
    /** Rolls up the hours that may still have changed. */
    async rollUpHours(): Promise<{ hours: number }> {
      return { hours: await rollUp(database) };
    },
  });
}
