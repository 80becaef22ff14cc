import { acquisition } from './activity-proxies.ts';

/** Asks after jobs whose webhook never came. */
export async function LostWebhookWorkflow(): Promise<{ asked: number; found: number }> {
  return acquisition.checkOverdueJobs();
}
