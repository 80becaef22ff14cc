import type { Pruned } from '../src/temporal/workflows.ts';
import { acquisition } from './activity-proxies.ts';

/** The daily pruning. */
export async function CleanUpWorkflow(): Promise<Pruned> {
  return acquisition.cleanUp();
}
