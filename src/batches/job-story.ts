import { asc, eq } from 'drizzle-orm';
import { anyOf } from '../db/any-of.ts';
import type { Queries } from '../db/database.ts';
import type { Job } from '../db/jobs.ts';
import type { Notification } from '../db/inbox.ts';
import { calls, carrierRequests } from '../db/pacing-schema.ts';
import { jobRows, jobs, notifications } from '../db/schema.ts';
import { ADOPTED_ATTEMPT } from './adopt/known-jobs.ts';
import { hostOf } from './story-event.ts';
import type { Happening } from './story-event.ts';

type Call = typeof calls.$inferSelect;
type CarrierRequest = typeof carrierRequests.$inferSelect;

/** What one job did for a row. */
export interface JobStory {
  job: Job;
  events: Happening[];
}

const CALL_NAMES = { publish: 'published', check: 'asked', download: 'downloaded' } as const;

/** The jobs that a row was looked up with, oldest first, each with what is on record of it. */
export async function jobStories(queries: Queries, rowId: number): Promise<JobStory[]> {
  const found = await queries
    .select({ job: jobs, subject: jobRows.subject })
    .from(jobRows)
    .innerJoin(jobs, eq(jobs.id, jobRows.jobId))
    .where(eq(jobRows.rowId, rowId))
    .orderBy(asc(jobs.id));
  const ids = found.map(({ job }) => job.id);
  const [called, told, requested] = await Promise.all([
    queries.query.calls.findMany({ where: anyOf(calls.jobId, ids), orderBy: asc(calls.id) }),
    queries.query.notifications.findMany({
      where: anyOf(notifications.jobId, ids),
      orderBy: asc(notifications.id),
    }),
    queries.query.carrierRequests.findMany({
      where: anyOf(carrierRequests.jobId, ids),
      orderBy: asc(carrierRequests.id),
    }),
  ]);
  return found.map(({ job, subject }) => {
    const own = ({ jobId }: { jobId: number | null }) => jobId === job.id;
    const next = found.find((each) => each.job.redirectOf === job.id)?.job ?? null;
    const events = [
      ...publishing(job, subject),
      ...called.filter(own).flatMap((call) => callEvent(job, call)),
      ...requested.filter(own).map((request) => requestEvent(job, request)),
      ...told.filter(own).map((notification) => toldEvent(job, notification)),
      ...ending(job, next),
    ];
    return { job, events };
  });
}

function publishing(job: Job, subject: string): Happening[] {
  const more = job.subjects.length > 1 ? ` and ${job.subjects.length - 1} more URLs` : '';
  const what = `${job.customId}: a page of ${hostOf(subject)}${more}`;
  if (job.attempt === ADOPTED_ATTEMPT && job.publishedAt !== null)
    return [
      {
        at: job.publishedAt,
        what: 'imported',
        details: `adopted as ${what}, scraping job ${job.scrapingJobId ?? 'unknown'}, published by another system`,
      },
    ];
  if (job.publishedAt !== null)
    return [
      {
        at: job.publishedAt,
        what: 'published',
        details: `${what}, scraping job ${job.scrapingJobId ?? 'unknown'}, attempt ${job.attempt}`,
      },
    ];
  if (job.state !== 'publishing' || job.intentAt === null) return [];
  return [{ at: job.intentAt, what: 'published', details: `perhaps: ${what}; no answer is on record` }];
}

/** A publish that came through is told by its job; one that waits for its turn has not happened. */
function callEvent({ customId }: Job, call: Call): Happening[] {
  const { kind, startedAt, finishedAt, httpStatus } = call;
  if (kind === 'foreign' || (kind === 'publish' && (finishedAt === null || httpStatus === 200))) return [];
  const what = CALL_NAMES[kind];
  if (finishedAt === null) return [{ at: startedAt, what, details: `${customId}: no answer is on record` }];
  const details = `${customId}: ${kind}, ${httpStatus === null ? 'no answer' : `HTTP ${httpStatus}`}`;
  return [{ at: startedAt, what: httpStatus === 200 ? what : 'failed', details }];
}

function requestEvent({ customId, subjects }: Job, request: CarrierRequest): Happening {
  const { carrier, startedAt, answerMs, error } = request;
  if (error !== null) return { at: startedAt, what: 'failed', details: `${customId}: ${carrier}: ${error}` };
  const answer = answerMs === null ? 'no answer is on record' : `answered in ${answerMs} ms`;
  return {
    at: startedAt,
    what: 'asked',
    details: `${customId}: ${carrier}, ${subjects.length} numbers, ${answer}`,
  };
}

function toldEvent({ customId }: Job, notification: Notification): Happening {
  const { receivedAt, source, scrapingJobId, status, outcome } = notification;
  const details = `${customId}: scraping job ${scrapingJobId} ${status}, ${outcome ?? 'not yet processed'}`;
  return { at: receivedAt, what: source === 'check' ? 'asked' : 'notified', details };
}

/** How it ended, if not with a result: that is the row's. */
function ending({ customId, state, finishedAt, error }: Job, next: Job | null): Happening[] {
  if (finishedAt === null) return [];
  if (state === 'failed')
    return [{ at: finishedAt, what: 'failed', details: `${customId}: ${error ?? 'no reason on record'}` }];
  if (next === null) return [];
  return [{ at: finishedAt, what: 'redirected', details: `${customId}: goes on as ${next.customId}` }];
}
