import { acquisition } from './activity-proxies.ts';

/** The daily pruning. */
export async function CleanUpWorkflow(): Promise<{ calls: number; requests: number; saves: number }> {
  return acquisition.cleanUp();
}
