import { ApplicationFailure } from '@temporalio/workflow';

/** Not built yet: `start` refuses a yamato_tracking_10 workbook before it comes here. */
export async function YamatoBatchWorkflow(): Promise<never> {
  throw ApplicationFailure.nonRetryable("Yamato's direct query is not built yet", 'NOT_BUILT');
}
