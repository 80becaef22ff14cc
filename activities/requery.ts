import { log } from '@temporalio/activity';
import { beginRounds } from '../src/batches/rounds/begin-rounds.ts';
import type { RequeryDeps } from '../src/batches/rounds/begin-rounds.ts';
import { asActivities, tellWait } from './as-activities.ts';

export type RequeryActivities = ReturnType<typeof createRequeryActivities>;

/** Asking open parcels again, on `acquisition_queue`. */
export function createRequeryActivities(deps: RequeryDeps) {
  return asActivities({
    /** Writes down the next rounds; gives those to be started. */
    async beginRounds(): Promise<string[]> {
      tellWait('parcels that are due to be chosen');
      const rounds = await beginRounds(deps);
      if (rounds.length > 0) log.info('Re-query: rounds to start', { rounds });
      return rounds;
    },
  });
}
