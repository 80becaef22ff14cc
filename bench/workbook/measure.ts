import type { PartContext } from '../part.ts';
import type { HandsName } from './hands.ts';
import type { Job } from './job.ts';
import { jobNote } from './job-figures.ts';
import { runJob } from './run-job.ts';
import type { MeasuredJob } from './run-job.ts';

/** Runs of ours: it is short, and the median shows what it takes. */
const REPETITIONS = 5;

type JobBy = (by: HandsName) => Job;

export interface OurJobs {
  ours: MeasuredJob[];
  /** In a child, its start in the time and its memory alone. */
  apart: MeasuredJob[];
}

/** The job several times, each in a new process: without, and then with what workers have around it. */
export async function measureOurs(context: PartContext, jobBy: JobBy): Promise<OurJobs> {
  const jobs: OurJobs = { ours: [], apart: [] };
  for (const by of ['ours', 'apart'] as const) {
    context.progress(by);
    for (let run = 0; run < REPETITIONS; run++) jobs[by].push(await runJob(context.cleanup, jobBy(by)));
    context.note(jobNote(by, jobs[by]));
  }
  return jobs;
}

/** Once: it is long. */
export async function measureTheirs(context: PartContext, jobBy: JobBy): Promise<MeasuredJob> {
  context.progress('exceljs');
  const job = await runJob(context.cleanup, jobBy('exceljs'));
  context.note(jobNote('exceljs', [job]));
  return job;
}
