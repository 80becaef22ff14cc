import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { withoutPersonalData } from '../redact.ts';
import { oddInARow, oddityOf } from '../tasks/oddity.ts';
import type { Oddity, RowLook } from '../tasks/oddity.ts';
import type { TaskName } from '../tasks/types.ts';
import { firstOf, storable } from '../text.ts';
import type { Queries } from './database.ts';
import { oddJobs, taskDrift } from './drift-schema.ts';
import { learnTexts, usualTexts } from './drift-texts.ts';
import type { Job } from './jobs.ts';

/** How a job came back: with rows to look at, or odd beyond doubt; with neither it says nothing. */
export interface JobLook {
  job: Pick<Job, 'id' | 'customId' | 'task' | 'publishedAt'>;
  looks: readonly RowLook[];
  oddity: Oddity | null;
  /** What it brought, to be kept for inspection; null: nothing. */
  page: (() => string) | null;
}

/** What is usual follows what comes: older jobs count half after so many. */
const JOBS_REMEMBERED = 10_000;
const PAGE_CHARACTERS = 16_384;
const WHAT_CHARACTERS = 200;
/** The good page is there to be compared: it need not be the very last. */
const GOOD_PAGE_EVERY_MS = 3_600_000;

type Drift = typeof taskDrift.$inferSelect;
type Odd = JobLook & { oddity: Oddity };

/**
 * Counts how jobs came back, by task over all batches: a good one ends a run of odd ones, which was nothing then; a run
 * that is long enough holds the task. Run in the transaction that saves their results, its batch taken.
 */
export async function noteJobs(tx: Queries, jobs: readonly JobLook[], driftAfter: number): Promise<void> {
  const telling = jobs.filter(({ looks, oddity }) => oddity !== null || looks.length > 0);
  // In one order for all: two batches may have jobs of the same two tasks.
  for (const task of [...new Set(telling.map(({ job }) => job.task))].toSorted()) {
    const ofTask = telling.filter(({ job }) => job.task === task);
    await noteTask(tx, task, ofTask, driftAfter);
  }
}

async function noteTask(
  tx: Queries,
  task: TaskName,
  jobs: readonly JobLook[],
  driftAfter: number,
): Promise<void> {
  const [before] = await tx
    .insert(taskDrift)
    .values({ task })
    .onConflictDoUpdate({ target: taskDrift.task, set: { task } })
    .returning();
  if (before === undefined) return;
  const drift = { ...before };
  const looks = jobs.flatMap((job) => job.looks);
  const texts = await usualTexts(tx, task, looks);
  let good: JobLook | null = null;
  let odd: Odd[] = [];
  let latestOdd: Odd | null = null;
  const usual: (readonly RowLook[])[] = [];
  let runIsOver = false;
  for (const job of jobs) {
    // Of what was published before its release, it says nothing.
    if ((job.job.publishedAt ?? new Date()) < (drift.releasedAt ?? 0)) continue;
    const oddity = job.oddity ?? oddityOf(job.looks, { ...drift, texts });
    if (oddity !== null) {
      latestOdd = { ...job, oddity };
      odd.push(latestOdd);
      drift.run += 1;
      if (drift.heldSince === null && drift.run >= oddInARow(drift, driftAfter))
        Object.assign(drift, { heldSince: new Date(), heldReason: reasonOf(drift, latestOdd) });
    } else if (drift.heldSince === null) {
      good = job;
      usual.push(job.looks, ...odd.map((each) => each.looks));
      drift.jobs += 1 + drift.run;
      drift.odd += drift.run;
      runIsOver ||= drift.run > odd.length;
      drift.run = 0;
      odd = [];
    }
  }
  if (runIsOver) usual.push(...(await endRun(tx, task)));
  await learnTexts(tx, task, usual, runIsOver ? null : texts);
  if (odd.length > 0)
    await tx
      .insert(oddJobs)
      .values(odd.map(oddJob))
      .onConflictDoUpdate({ target: oddJobs.jobId, set: { released: false, at: sql`clock_timestamp()` } });
  await save(tx, drift, good, latestOdd);
}

function reasonOf({ run, task }: Drift, { job, oddity }: Odd): string {
  const what = firstOf(oddity.what, WHAT_CHARACTERS);
  return withoutPersonalData(
    `${run} jobs of ${task} in a row came back odd, the last (${job.customId}): ${what}. Compare the kept pages, then resume`,
  );
}

const oddJob = ({ job, oddity, looks }: Odd) => ({
  jobId: job.id,
  task: job.task,
  kind: oddity.kind,
  what: storable(withoutPersonalData(firstOf(oddity.what, WHAT_CHARACTERS))),
  looks,
});

/** The run was nothing: what its jobs looked like is usual, too. */
async function endRun(tx: Queries, task: TaskName): Promise<(readonly RowLook[])[]> {
  const ended = await tx
    .delete(oddJobs)
    .where(and(eq(oddJobs.task, task), eq(oddJobs.released, false)))
    .returning({ looks: oddJobs.looks });
  return ended.map(({ looks }) => looks);
}

const pageOf = ({ job, page }: JobLook) => ({
  job: job.customId,
  page: page === null ? null : storable(withoutPersonalData(page().slice(0, PAGE_CHARACTERS))),
});

async function save(tx: Queries, drift: Drift, good: JobLook | null, odd: Odd | null): Promise<void> {
  const isLong = drift.jobs > JOBS_REMEMBERED;
  const remembered = (count: number) => (isLong ? Math.floor(count / 2) : count);
  const keptMs = drift.goodAt?.getTime() ?? -Infinity;
  const goodPage = good === null || Date.now() - keptMs < GOOD_PAGE_EVERY_MS ? null : pageOf(good);
  const oddPage = odd === null ? null : pageOf(odd);
  await tx
    .update(taskDrift)
    .set({
      jobs: remembered(drift.jobs),
      odd: remembered(drift.odd),
      run: drift.run,
      heldSince: drift.heldSince,
      heldReason: drift.heldReason,
      ...(goodPage === null ? {} : { goodPage: goodPage.page, goodJob: goodPage.job, goodAt: new Date() }),
      ...(oddPage === null ? {} : { oddPage: oddPage.page, oddJob: oddPage.job }),
    })
    .where(eq(taskDrift.task, drift.task));
}

/** Why no more of a task may be published; null: it may. */
export async function taskHold(queries: Queries, task: TaskName): Promise<string | null> {
  const [held] = await queries
    .select({ reason: taskDrift.heldReason })
    .from(taskDrift)
    .where(and(eq(taskDrift.task, task), isNotNull(taskDrift.heldSince)));
  return held?.reason ?? null;
}

export interface HeldTask {
  task: TaskName;
  since: Date;
  reason: string;
}

/** The tasks of which nothing more is published until a person resumes one of their batches. */
export async function heldTasks(queries: Queries): Promise<HeldTask[]> {
  const held = await queries
    .select()
    .from(taskDrift)
    .where(isNotNull(taskDrift.heldSince))
    .orderBy(taskDrift.task);
  return held.flatMap(({ task, heldSince: since, heldReason: reason }) =>
    since === null || reason === null ? [] : [{ task, since, reason }],
  );
}

/**
 * A person has put the task right: it is published again. A field that was missed is learnt anew: it may be gone for good.
 * Its odd jobs are kept for the retries of batches that have ended.
 */
export async function releaseTask(tx: Queries, task: TaskName): Promise<void> {
  await tx
    .update(taskDrift)
    .set({ heldSince: null, heldReason: null, run: 0, releasedAt: sql`clock_timestamp()` })
    .where(eq(taskDrift.task, task));
  await tx.execute(sql`
    delete from drift_texts using odd_jobs, jsonb_array_elements(odd_jobs.looks) look
    where odd_jobs.task = ${task} and kind = 'field-gone' and not released
      and drift_texts.task = odd_jobs.task and drift_texts.text = look ->> 'text'`);
  await tx.update(oddJobs).set({ released: true }).where(eq(oddJobs.task, task));
}

/** Rows whose latest job came back odd: of one task, or of any that was held for it. */
export function cameOdd(task: TaskName | null = null): SQL {
  return sql`exists (select from job_rows link join odd_jobs on odd_jobs.job_id = link.job_id
    where link.row_id = rows.id and ${task === null ? sql`released` : sql`odd_jobs.task = ${task}`}
      and not exists (select from job_rows later where later.row_id = rows.id and later.job_id > link.job_id))`;
}

/** As SQL, of `jobs`: its task is held. */
export const TASK_IS_HELD = `exists (select from task_drift where task_drift.task = jobs.task and held_since is not null)`;
