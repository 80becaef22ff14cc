import type { Settings } from './settings.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { ByTask } from './parse.ts';

function valueOf<T>(values: ByTask<T>, task: TrackingTask): T {
  return values.tasks[task.customIdPrefix] ?? values.all;
}

/** The task with the sitemap that is configured for it, where one is. */
export function withSitemap({ sitemapIds }: Settings, task: TrackingTask): TrackingTask {
  const { lookup } = task;
  if (lookup.by === 'carrier' || sitemapIds === null) return task;
  return { ...task, lookup: { ...lookup, sitemapId: valueOf(sitemapIds, task) ?? lookup.sitemapId } };
}

/** How many start URLs a job takes; where the carrier is asked directly: how many numbers a request takes. */
export function subjectsPerJobOf(settings: Settings, task: TrackingTask): number {
  const { lookup } = task;
  return lookup.by === 'carrier' ? lookup.numbersPerRequest : valueOf(settings.urlsPerJob, task);
}

export function columnsOf(settings: Settings, task: TrackingTask): WorkbookColumns {
  return { ...valueOf(settings.columns, task), status: settings.statusColumn };
}
