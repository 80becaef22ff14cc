import { taskByPrefix } from '../../../src/tasks/registry.ts';
import type { WebscraperLookup } from '../../../src/tasks/lookup.ts';
import type { TrackingTask } from '../../../src/tasks/types.ts';

/** A task that Web Scraper is asked for, by its prefix. */
export function webscraperTask(prefix: string): TrackingTask & { lookup: WebscraperLookup } {
  const { lookup, ...task } = taskByPrefix(prefix);
  if (lookup.by !== 'webscraper') throw new TypeError(`${prefix} asks its carrier`);
  return { ...task, lookup };
}
