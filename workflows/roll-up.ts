import { proxyActivities } from '@temporalio/workflow';
import type { AggregationActivities } from '../activities/aggregation.ts';
import { QUEUES } from '../src/temporal/names.ts';

const aggregation = proxyActivities<AggregationActivities>({
  taskQueue: QUEUES.aggregation,
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 3 },
});

/** The hourly roll-up of batches and rows. */
export async function RollUpWorkflow(): Promise<{ hours: number }> {
  return aggregation.rollUpHours();
}
