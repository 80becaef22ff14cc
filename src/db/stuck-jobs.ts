import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { changeBatch } from './batches.ts';
import type { Database, Queries } from './database.ts';
import { rowsOfJobs } from './jobs.ts';
import type { Job } from './jobs.ts';
import { jobs } from './schema.ts';

/** A publish that was begun so long ago has no worker any more that could still send it: the longest stall tolerated. */
const LONGEST_STALL = sql`interval '120 seconds'`;
/** A result in the making is left alone for so long. */
const SETTLING = sql`interval '10 minutes'`;

/** Published jobs whose webhook is overdue, the longest overdue first, whether their batches run or have ended. */
export function overdueJobs(queries: Queries, limit: number): Promise<Job[]> {
  return queries.query.jobs.findMany({
    where: and(
      eq(jobs.state, 'published'),
      isNotNull(jobs.scrapingJobId),
      sql`${jobs.deadlineAt} <= clock_timestamp()`,
    ),
    orderBy: [jobs.deadlineAt],
    limit,
  });
}

/** A batch's published jobs with the numbers of their rows; only those of the rows named, where some are. */
export async function jobsInFlight(
  queries: Queries,
  batchId: string,
  named: readonly number[] | null,
): Promise<{ job: Job; rows: number[] }[]> {
  const published = await queries.query.jobs.findMany({
    where: and(eq(jobs.batchId, batchId), eq(jobs.state, 'published'), isNotNull(jobs.scrapingJobId)),
    orderBy: [jobs.seq],
  });
  const links = await rowsOfJobs(
    queries,
    published.map(({ id }) => id),
  );
  const rowsOf = new Map(published.map(({ id }): [number, number[]] => [id, []]));
  for (const { jobId, row } of links) rowsOf.get(jobId)?.push(row.row);
  const wanted = named === null ? null : new Set(named);
  return published.flatMap((job) => {
    const rows = rowsOf.get(job.id) ?? [];
    return wanted === null || rows.some((row) => wanted.has(row)) ? [{ job, rows }] : [];
  });
}

/** Still running, or not answered: to be asked after again a deadline later. Gives how often it was asked after. */
export async function postponeDeadline(queries: Queries, jobId: number, deadlineMs: number): Promise<number> {
  const [postponed] = await queries
    .update(jobs)
    .set({
      asked: sql`${jobs.asked} + 1`,
      deadlineAt: sql`clock_timestamp() + ${`${deadlineMs} milliseconds`}::interval`,
    })
    .where(eq(jobs.id, jobId))
    .returning({ asked: jobs.asked });
  return postponed?.asked ?? 0;
}

/** Jobs whose publish may have been taken or not, the oldest first. */
export function doubtfulJobs(queries: Queries, limit: number): Promise<Job[]> {
  return queries.query.jobs.findMany({
    where: and(eq(jobs.state, 'publishing'), sql`${jobs.intentAt} < clock_timestamp() - ${LONGEST_STALL}`),
    orderBy: [jobs.intentAt],
    limit,
  });
}

/** Jobs that are to be read once more, and of which nothing is unread: a run that was lost had them in hand. */
export function forgottenJobs(queries: Queries, limit: number): Promise<Job[]> {
  return queries.query.jobs.findMany({
    where: and(
      eq(jobs.state, 'incomplete'),
      sql`not exists (select from notifications n where n.job_id = ${jobs.id}
        and (n.outcome is null or n.received_at > clock_timestamp() - ${SETTLING}))`,
    ),
    limit,
  });
}

/** No job of a row of `rows` can move any more; `orElse`: what of a job `j` counts as moving besides. */
export function noJobMoves(orElse: SQL = sql`false`): SQL {
  return sql`not exists (select from job_rows jr join jobs j on j.id = jr.job_id where jr.row_id = rows.id
    and (j.state in ('pending', 'publishing', 'published', 'incomplete') or ${orElse}))`;
}

/** A row that waits for a job that can no more move. */
const STUCK = sql`state in ('published', 'redirected')
  and ${noJobMoves(sql`j.finished_at > clock_timestamp() - ${SETTLING}`)}`;

/** Rows that stand still fail, and may be tried again. Gives how many. */
export async function failStuckRows(db: Database['db']): Promise<number> {
  const found = await db.execute<{ id: string }>(
    sql`select distinct batch_id as id from rows where ${STUCK}`,
  );
  let failed = 0;
  for (const { id } of found)
    failed += await changeBatch(db, id, async (tx) => {
      const rows = await tx.execute(sql`
        update rows set state = 'failed', error = 'its job ended without a result for it; retry the row'
        where batch_id = ${id} and ${STUCK} returning id`);
      return rows.length;
    });
  return failed;
}
