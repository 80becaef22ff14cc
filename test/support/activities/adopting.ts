import { adoptLines } from '../../../src/batches/adopt/adopt-file.ts';
import { taskByName } from '../../../src/tasks/registry.ts';
import type { TaskName } from '../../../src/tasks/types.ts';
import { adoptJobs } from '../../../src/temporal/adopt-jobs.ts';
import { takingClient } from './given-rows.ts';
import type { Started } from './given-rows.ts';
import type { Stage } from './stage.ts';

export type Line = [customId: string, jobId: number, task: TaskName, workbook: string, a: string, b?: string];

/** A file of another system's jobs. */
export const csv = (...lines: Line[]) =>
  ['custom_id,scrapingjob_id,task,workbook,a,b', ...lines.map((line) => line.join(','))].join('\n');

/** What adopts on a stage, beside another system on the same account. */
export function adoptingOn(stage: Stage) {
  const started: Started[] = [];
  const { database, settings, files } = stage;
  const deps = { database, settings, files, client: takingClient(started) };
  return {
    stage,
    started,
    deps,
    adopt: (text: string) => adoptJobs(deps, adoptLines(text, 'jobs.csv'), 'jobs.csv'),
    /** As the other system does it: nothing of it is known here. */
    async publish(task: TaskName, customId: string, ...startUrls: string[]): Promise<number> {
      const { lookup } = taskByName(task);
      if (lookup.by === 'carrier') throw new TypeError('no sitemap');
      const { sitemapId } = lookup;
      return (await stage.webscraper.publish({ sitemapId, startUrls, customId })).value;
    },
  };
}

export const batchesOf = (stage: Stage) => stage.db.query.batches.findMany();
