import type { ListedJob } from '../db/restored-jobs.ts';
import { taskOfCustomId } from '../tasks/registry.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { ScrapingJob } from '../webscraper/client.ts';

/** A job of the account's list whose custom_id has our form. */
export interface OurJob extends ListedJob {
  task: TrackingTask;
  batchId: string;
  /** Null: it was redirected from the job of `from`. */
  seq: number | null;
  from: string | null;
  sitemapId: number | null;
  status: string;
}

const CUSTOM_ID = /^(?:(?<to>[a-z0-9]+)-from-)?(?<own>[a-z0-9]+-(?<batchId>.+)-(?<seq>\d+))$/;
const BATCH_ID = /^\d{6}-[0-9a-z]{6}$/;

/** What a job's custom_id says; empty: it is not of our form. */
export function ourJob({ customId, id, sitemapId, status, createdMs }: ScrapingJob): OurJob[] {
  const { to, own, batchId, seq } = CUSTOM_ID.exec(customId ?? '')?.groups ?? {};
  const task = customId === null ? null : taskOfCustomId(customId);
  if (customId === null || task === null || batchId === undefined || own === undefined) return [];
  return [
    {
      customId,
      scrapingJobId: id,
      createdMs,
      task,
      batchId,
      seq: to === undefined ? Number(seq) : null,
      from: to === undefined ? null : own,
      sitemapId,
      status,
    },
  ];
}

/** Whether it names a batch as batches are named: others count in their custom_ids, too. */
export const ofThisForm = ({ batchId }: OurJob): boolean => BATCH_ID.test(batchId);
