import { changeBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { adoptNotifications } from '../db/inbox.ts';
import { askedOf, markPending } from '../db/jobs.ts';
import type { Job } from '../db/jobs.ts';
import {
  adoptListed,
  batchesNamed,
  jobsNamed,
  knownUntil,
  owesNothing,
  takeName,
  unansweredJobs,
} from '../db/restored-jobs.ts';
import { redirectJob, setJobState } from '../db/results.ts';
import type { WaitForAccount } from '../pacing/account-call.ts';
import type { AccountClock } from '../pacing/account-clock.ts';
import type { TrackingTask } from '../tasks/types.ts';
import type { ApiError } from '../webscraper/api-error.ts';
import type { WebScraperClient } from '../webscraper/client.ts';
import { tellCheck } from './ask-after.ts';
import { CLOCKS_APART_MS, lookThroughJobs } from './job-list.ts';
import { isEnd } from './job-results.ts';
import { holdBatch } from './orders.ts';
import { ofThisForm, ourJob } from './our-jobs.ts';
import type { OurJob } from './our-jobs.ts';

export interface RestoreDeps {
  database: Database;
  clock: AccountClock;
  webscraper: WebScraperClient;
  jobDeadlineMs: number;
  /** The task with the sitemap that is configured for it. */
  configured: (task: TrackingTask) => TrackingTask;
  /** Waits until the account has a call free again: a long list takes more than one window's. */
  onWait: (wait: WaitForAccount) => Promise<void>;
}

/** One thing that was found, and what was done about it. */
export interface RestoreStep {
  what:
    | 'adopted'
    | 'ended'
    | 'not published'
    | 'unknown rows'
    | 'unknown batch'
    | 'paused'
    | 'terminated'
    | 'no workflow'
    | 'account';
  batchId: string | null;
  customId: string | null;
  scrapingJobId: number | null;
  details: string;
}

/**
 * Holds a restored database against the account's list of jobs: what was published since the backup and waits here is
 * adopted, so that it is not published again. Each step is told as it is done; done once more, nothing is left to do.
 * Gives how many jobs were seen; `broke`: why that was not all.
 */
export async function reconcileJobs(
  deps: RestoreDeps,
  tell: (step: RestoreStep) => void,
): Promise<{ seen: number; broke: WaitForAccount | ApiError | null }> {
  const { db } = deps.database;
  const known = await knownUntil(db);
  const sinceMs = (known?.getTime() ?? 0) - CLOCKS_APART_MS;
  const { onWait } = deps;
  const look = { sinceMs, maxPages: Infinity, jobId: null, isEnough: () => false, onWait };
  const { seen, broke } = await lookThroughJobs(deps, look);
  // The older first: a job before the one it was redirected to. Of two of one name the newer.
  const listed = new Map(
    seen
      .flatMap((job) => ourJob(job))
      .toSorted((a, b) => a.scrapingJobId - b.scrapingJobId)
      .map((job) => [job.customId, job]),
  );
  const restore = new Restore(deps, tell, [...listed.values()], sinceMs);
  await restore.run();
  if (broke === null) await restore.publishAgain(new Set(listed.keys()));
  return { seen: seen.length, broke };
}

class Restore {
  readonly #deps: RestoreDeps;
  readonly #tell: (step: RestoreStep) => void;
  readonly #listed: readonly OurJob[];
  readonly #sinceMs: number;

  constructor(
    deps: RestoreDeps,
    tell: (step: RestoreStep) => void,
    listed: readonly OurJob[],
    sinceMs: number,
  ) {
    this.#deps = deps;
    this.#tell = tell;
    this.#listed = listed;
    this.#sinceMs = sinceMs;
  }

  async run(): Promise<void> {
    const { db } = this.#deps.database;
    const names = this.#listed.flatMap(({ customId, from }) =>
      from === null ? [customId] : [customId, from],
    );
    const jobs = await jobsNamed(db, names);
    const batches = await batchesNamed(
      db,
      this.#listed.map(({ batchId }) => batchId),
    );
    const redirected = new Set(this.#listed.flatMap(({ from }) => from ?? []));
    const toPause = new Map<string, number>();
    for (const listed of this.#listed) {
      const job = jobs.get(listed.customId);
      const batch = batches.get(listed.batchId);
      if (job !== undefined) await this.#known(job, listed, redirected.has(listed.customId));
      else if (batch === undefined) this.#unknownBatch(listed);
      else if (!(await this.#redirected(jobs.get(listed.from ?? ''), listed))) {
        await this.#takeName(listed, jobs.get(listed.from ?? '')?.id ?? null);
        if (!batch.ended && listed.seq !== null)
          toPause.set(listed.batchId, (toPause.get(listed.batchId) ?? 0) + 1);
      }
    }
    for (const [batchId, count] of toPause) await this.#pause(batchId, count);
  }

  /** What was begun before the backup and is on no page was taken by nobody. */
  async publishAgain(listed: ReadonlySet<string>): Promise<void> {
    const { db } = this.#deps.database;
    for (const job of await unansweredJobs(db)) {
      if (listed.has(job.customId)) continue;
      await changeBatch(db, job.batchId, (tx) => markPending(tx, job.id));
      this.#tell({
        what: 'not published',
        batchId: job.batchId,
        customId: job.customId,
        scrapingJobId: null,
        details: 'its publish was begun and is not on the list: it waits for its turn',
      });
    }
  }

  async #known(job: Job, listed: OurJob, isRedirected: boolean): Promise<void> {
    const waits = job.state === 'pending' || job.state === 'publishing';
    if (waits) await this.#adopt(job, listed);
    const isOurs = waits || (job.state === 'published' && job.scrapingJobId === listed.scrapingJobId);
    // One that was redirected whole is settled by the job it was redirected to.
    const isSettled = isRedirected && job.subjects.length === 1;
    const ended = isOurs && isEnd(listed.status) && !isSettled;
    if (ended) await tellCheck(this.#deps, { ...job, scrapingJobId: listed.scrapingJobId }, listed.status);
    if (waits) this.#step('adopted', listed, `published after the backup, now ${listed.status}`);
    else if (ended) this.#step('ended', listed, `${listed.status} since the backup: its result is read`);
  }

  async #adopt(job: Job, listed: OurJob): Promise<void> {
    const { database, jobDeadlineMs } = this.#deps;
    await changeBatch(database.db, job.batchId, (tx) => adoptListed(tx, job, listed, jobDeadlineMs));
    await adoptNotifications(database.db, [job.id]);
  }

  /** The second job of one with a single URL asks after that very URL; of several it is not known for which. */
  // Of several URLs none is asked for twice: their rows fail in the end, and are a person's to retry.
  async #redirected(original: Job | undefined, listed: OurJob): Promise<boolean> {
    const { database, configured } = this.#deps;
    if (original?.subjects.length !== 1) return false;
    await changeBatch(database.db, original.batchId, async (tx) => {
      await redirectJob(tx, original, original.subjects, configured(listed.task));
      await setJobState(tx, [original.id], 'redirected');
      await owesNothing(tx, original.id);
    });
    const second = (await jobsNamed(database.db, [listed.customId])).get(listed.customId);
    if (second === undefined) return false;
    await this.#known(second, listed, false);
    return true;
  }

  async #takeName(listed: OurJob, redirectOf: number | null): Promise<void> {
    const { batchId, task, seq } = listed;
    const error = 'published after the backup for rows that are not known any more';
    const asked = askedOf(this.#deps.configured(task));
    await changeBatch(this.#deps.database.db, batchId, (tx) =>
      takeName(tx, listed, {
        batchId,
        task: task.name,
        seq,
        redirectOf,
        sitemapId: listed.sitemapId ?? asked.sitemapId,
        error,
      }),
    );
    this.#step('unknown rows', listed, `${error}; its result is at Web Scraper Cloud`);
  }

  #unknownBatch(listed: OurJob): void {
    // Others' jobs, and what a long list tells of old times.
    const isNew = ofThisForm(listed) && (listed.createdMs ?? Infinity) >= this.#sinceMs;
    if (isNew)
      this.#step('unknown batch', listed, 'published by a batch that began after the backup, or elsewhere');
  }

  async #pause(batchId: string, count: number): Promise<void> {
    const why = `${count} of its jobs were published after the backup for rows that are not known any more: resume publishes for those rows again`;
    await changeBatch(this.#deps.database.db, batchId, (tx) => holdBatch(tx, batchId, why));
    this.#tell({ what: 'paused', batchId, customId: null, scrapingJobId: null, details: why });
  }

  #step(what: RestoreStep['what'], { batchId, customId, scrapingJobId }: OurJob, details: string): void {
    this.#tell({ what, batchId, customId, scrapingJobId, details });
  }
}
