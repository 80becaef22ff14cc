import type { Settings } from './settings.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { ByTask } from './parse.ts';

function valueOf<T>(values: ByTask<T>, task: TrackingTask): T {
  return values.tasks[task.customIdPrefix] ?? values.all;
}

/** The sitemap a task's jobs use: configured, else the present account's; null where the carrier is asked directly. */
export function sitemapIdOf(settings: Settings, task: TrackingTask): number | null {
  if (task.sitemapId === null) return null;
  return (settings.sitemapIds === null ? null : valueOf(settings.sitemapIds, task)) ?? task.sitemapId;
}

/** How many start URLs a job takes; where the carrier is asked directly: how many numbers a request takes. */
export function urlsPerJobOf(settings: Settings, task: TrackingTask): number {
  return task.sitemapId === null ? task.numbersPerUrl : valueOf(settings.urlsPerJob, task);
}

export function columnsOf(settings: Settings, task: TrackingTask): WorkbookColumns {
  return { ...valueOf(settings.columns, task), status: settings.statusColumn };
}
