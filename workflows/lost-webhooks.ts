import type { Workflows } from '../src/temporal/workflows.ts';
import { acquisition } from './activity-proxies.ts';

/** Asks after jobs whose webhook never came. */
export async function LostWebhookWorkflow(): ReturnType<Workflows['LostWebhookWorkflow']> {
  return acquisition.checkOverdueJobs();
}
