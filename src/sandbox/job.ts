import type { FaultKind } from './fault-kinds.ts';
import type { Sitemap } from './sitemaps.ts';

export type FinalStatus = 'finished' | 'failed' | 'stopped';

export type JobStatus = 'waiting-to-be-scheduled' | 'scheduling' | 'scheduled' | 'started' | FinalStatus;

export interface Job {
  id: number;
  customId: string | null;
  sitemap: Sitemap;
  startUrls: readonly string[];
  driver: string;
  pageLoadDelayMs: number;
  requestIntervalMs: number;
  createdMs: number;
  /** When the present run began: later than `createdMs` once a person pressed Continue. */
  runStartedMs: number;
  durationMs: number;
  /** Null while it runs. */
  ended: { status: FinalStatus; atMs: number } | null;
  /** How a run ends that nothing interferes with; a job continued by a person ends well. */
  ending: FinalStatus;
  /** Counts up with every run, so that the timer of a run that was stopped does nothing. */
  run: number;
  /** Start URLs, by index, whose page came back without data. */
  emptyUrls: ReadonlySet<number>;
  /** Start URLs, by index, that answered 4xx or 5xx. */
  failedUrls: ReadonlySet<number>;
  /** Asked for by marker or rule, by start URL or number. */
  hints: ReadonlyMap<string, readonly FaultKind[]>;
  /** Deleted by a person: the API knows it no longer, and no notification comes. */
  gone: boolean;
  webhookFaults: readonly FaultKind[];
}

/** A job's status by how much of its run is over. */
export function statusOf(job: Job, nowMs: number): JobStatus {
  if (job.ended !== null) return job.ended.status;
  if (job.run > 1) return 'started';
  const share = shareDone(job, nowMs);
  if (share < 0.1) return 'waiting-to-be-scheduled';
  // The documentation's own example says `scheduling`, its list of statuses `scheduled`.
  if (share < 0.2) return job.id % 2 === 0 ? 'scheduling' : 'scheduled';
  return 'started';
}

/** How many start URLs have been loaded. */
export function executedOf(job: Job, nowMs: number): number {
  const total = job.startUrls.length;
  if (job.ended?.status === 'stopped') return Math.floor(total / 2);
  if (job.ended !== null) return total;
  return Math.min(
    Math.floor(total * Math.max(0, (shareDone(job, nowMs) - 0.2) / 0.8)),
    Math.max(0, total - 1),
  );
}

function shareDone(job: Job, nowMs: number): number {
  return job.durationMs === 0 ? 1 : Math.min(1, (nowMs - job.runStartedMs) / job.durationMs);
}
