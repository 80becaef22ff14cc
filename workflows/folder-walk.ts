import { acquisition } from './activity-proxies.ts';

/** Finds saves of which neither a webhook told nor the ETag of a folder. */
export async function FolderWalkWorkflow(): Promise<{ found: number }> {
  return acquisition.walkFolders();
}
