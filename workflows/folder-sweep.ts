import { acquisition } from './activity-proxies.ts';

/** Finds saves of which no webhook told. */
export async function FolderSweepWorkflow(): Promise<{ found: number }> {
  return acquisition.sweepFolders();
}
