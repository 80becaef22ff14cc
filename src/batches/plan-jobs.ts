import { eq, sql } from 'drizzle-orm';
import type { PlannedSubject } from '../tasks/plan-subjects.ts';
import type { TrackingTask } from '../tasks/types.ts';
import { askedOf } from '../db/jobs.ts';
import type { Queries } from '../db/database.ts';
import { jsonList } from '../db/any-of.ts';
import { jobs } from '../db/schema.ts';
import { customIdOf } from './custom-id.ts';

/** Rows a statement: some megabytes of JSON. */
export const ROWS_PER_INSERT = 5_000;

export function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** What all jobs of one plan share. */
export interface JobPlan {
  batchId: string;
  task: TrackingTask;
  subjectsPerJob: number;
  /** The first job's place in the batch's order. */
  firstSeq: number;
  attempt: number;
}

/**
 * Writes the jobs of planned subjects down, in order, each linked to its rows: `rowIds` by the subjects' row indexes. Gives
 * how many jobs.
 */
export async function insertJobs(
  tx: Queries,
  plan: JobPlan,
  planned: readonly PlannedSubject[],
  rowIds: readonly number[],
): Promise<number> {
  const { batchId, task, firstSeq, attempt } = plan;
  const { sitemapId, carrier } = askedOf(task);
  const groups = [...chunks(planned, plan.subjectsPerJob)];
  const newJobs = groups.map((group, index) => ({
    seq: firstSeq + index,
    customId: customIdOf(task.customIdPrefix, batchId, firstSeq + index),
    subjects: group.map(({ subject }) => subject),
  }));
  for (const chunk of chunks(newJobs, ROWS_PER_INSERT)) {
    const inserted = await tx.execute<{ id: number; seq: number }>(sql`
      insert into jobs (batch_id, seq, attempt, custom_id, task, sitemap_id, carrier, subjects)
      select ${batchId}, seq, ${attempt}, "customId", ${task.name}, ${sitemapId}, ${carrier},
             array(select jsonb_array_elements_text(subjects))
      from jsonb_to_recordset(${jsonList(chunk)}) as new(seq int, "customId" text, subjects jsonb)
      returning id::float8, seq`);
    const links = inserted.flatMap(({ id, seq }) =>
      (groups[seq - firstSeq] ?? []).flatMap(({ subject, rowIndexes }) =>
        rowIndexes.map((index) => ({ jobId: id, rowId: rowIds[index] ?? 0, subject })),
      ),
    );
    await linkRows(tx, links);
  }
  return newJobs.length;
}

/** Says which rows a job asks for, and by which of its subjects. */
export async function linkRows(
  tx: Queries,
  links: readonly { jobId: number; rowId: number; subject: string }[],
): Promise<void> {
  for (const part of chunks(links, ROWS_PER_INSERT))
    await tx.execute(sql`
      insert into job_rows (job_id, row_id, subject) select "jobId", "rowId", subject
      from jsonb_to_recordset(${jsonList(part)}) as new("jobId" bigint, "rowId" bigint, subject text)`);
}

/** The last place in a batch's order, and the highest attempt; zeros where it has no jobs. */
export async function latestJob(tx: Queries, batchId: string): Promise<{ seq: number; attempt: number }> {
  const [latest] = await tx
    .select({
      seq: sql<number>`coalesce(max(${jobs.seq}), 0)`,
      attempt: sql<number>`coalesce(max(${jobs.attempt}), 0)`,
    })
    .from(jobs)
    .where(eq(jobs.batchId, batchId));
  return latest ?? { seq: 0, attempt: 0 };
}
