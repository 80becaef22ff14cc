import type { Settings } from '../config.ts';
import { TaskError } from '../tasks/task-error.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { ByTask } from './parse.ts';

function valueOf<T>(values: ByTask<T>, task: TrackingTask): T {
  return values.tasks[task.customIdPrefix] ?? values.all;
}

/** The sitemap a task's jobs use: configured, else the present account's. */
export function sitemapIdOf(settings: Settings, task: TrackingTask): number {
  const id = (settings.sitemapIds === null ? null : valueOf(settings.sitemapIds, task)) ?? task.sitemapId;
  if (id === null)
    throw new TaskError('TASK_NO_URLS', `${task.name} publishes no scraping jobs: it has no sitemap`);
  return id;
}

export function urlsPerJobOf(settings: Settings, task: TrackingTask): number {
  return valueOf(settings.urlsPerJob, task);
}

export function columnsOf(settings: Settings, task: TrackingTask): WorkbookColumns {
  return { ...valueOf(settings.columns, task), status: settings.statusColumn };
}
