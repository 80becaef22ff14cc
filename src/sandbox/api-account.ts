import { Dice } from './dice.ts';
import type { FaultBook } from './fault-book.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { FinalStatus, Job } from './job.ts';
import { executedOf, statusOf } from './job.ts';
import { ScrapedPages } from './scraped-pages.ts';
import { JobStore } from './job-store.ts';
import type { Notifier } from './notifier.ts';
import type { ResolvedOptions } from './options.ts';
import type { JobRequest } from './publish-request.ts';
import { RESULT_SHAPES } from './records/shapes.ts';
import { sitemapOf } from './sitemaps.ts';
import type { Timers } from './timers.ts';

/** How much longer a job marked `slow` takes. */
const SLOW_FACTOR = 10;

/** The account's jobs and page credits: what happens between a publish and its notification. */
export class ApiAccount {
  readonly jobs: JobStore;
  readonly pages: ScrapedPages;
  pageCredits: number;
  readonly #options: ResolvedOptions;
  readonly #faults: FaultBook;
  readonly #notifier: Notifier;
  readonly #timers: Timers;

  constructor(options: ResolvedOptions, faults: FaultBook, notifier: Notifier, timers: Timers) {
    this.#options = options;
    this.#faults = faults;
    this.#notifier = notifier;
    this.#timers = timers;
    this.jobs = new JobStore(options.clock.nowMs());
    this.pages = new ScrapedPages(options.datesFrom);
    this.pageCredits = options.pageCredits;
  }

  /** Takes a job on. With `early-webhook` its notification has been sent by the time this settles. */
  async create(request: JobRequest): Promise<Job> {
    const nowMs = this.#options.clock.nowMs();
    const id = this.jobs.nextId();
    const sitemap = sitemapOf(request.sitemapId, this.#options.sitemaps);
    const texts = request.customId === null ? request.startUrls : [...request.startUrls, request.customId];
    const faults = this.#faults.take('job', texts);
    const job: Job = {
      ...request,
      id,
      sitemap,
      createdMs: nowMs,
      runStartedMs: nowMs,
      durationMs: this.#durationMs(id) * (faults.includes('slow') ? SLOW_FACTOR : 1),
      ended: null,
      ending: 'finished',
      run: 1,
      ...this.#troubles(request.startUrls, faults),
      hints: this.#hints(sitemap.task, request.startUrls),
      gone: faults.includes('job-gone'),
      webhookFaults: this.#faults.take('webhook', texts),
    };
    job.ending = this.#ending(job, faults);
    this.jobs.add(job);
    this.pageCredits = Math.max(0, this.pageCredits - request.startUrls.length);
    if (job.webhookFaults.includes('early-webhook')) await this.end(job, job.ending);
    else if (!faults.includes('job-stuck')) this.#schedule(job);
    return job;
  }

  /** A person presses Continue: the job runs on, ends well this time and notifies again. */
  continue(job: Job, durationMs: number = this.#durationMs(job.id)): void {
    job.run++;
    job.ended = null;
    job.ending = 'finished';
    job.failedUrls = new Set();
    job.runStartedMs = this.#options.clock.nowMs();
    job.durationMs = durationMs;
    this.#schedule(job);
  }

  /** Ends a run and notifies; settles after the first attempt to. */
  async end(job: Job, status: FinalStatus): Promise<void> {
    if (job.ended !== null) return;
    job.ended = { status, atMs: this.#options.clock.nowMs() };
    const lost = job.gone || job.webhookFaults.includes('lost-webhook');
    this.#options.logger?.info({ jobId: job.id, customId: job.customId, status, lost }, 'job ended');
    if (lost) return;
    await this.#notifier.notify(job, status);
    if (job.webhookFaults.includes('duplicate-webhook')) await this.#notifier.notify(job, status);
  }

  /** The job of an id in a path; undefined when there is none, or no longer. */
  find(id: string): Job | undefined {
    const job = this.jobs.get(Number(id));
    return job === undefined || job.gone ? undefined : job;
  }

  /** A job as the API shows it. */
  view(job: Job): Record<string, unknown> {
    const nowMs = this.#options.clock.nowMs();
    const executed = executedOf(job, nowMs);
    const among = (indexes: ReadonlySet<number>) => [...indexes].filter((index) => index < executed).length;
    const created = Math.floor(job.createdMs / 1000);
    return {
      id: job.id,
      custom_id: job.customId,
      sitemap_name: job.sitemap.name,
      status: statusOf(job, nowMs),
      sitemap_id: job.sitemap.id,
      test_run: 0,
      jobs_scheduled: job.startUrls.length,
      jobs_executed: executed,
      jobs_failed: among(job.failedUrls),
      jobs_empty: job.sitemap.task === null ? executed - among(job.failedUrls) : among(job.emptyUrls),
      jobs_no_value: 0,
      stored_record_count: this.pages.recordCount(job, nowMs),
      request_interval: job.requestIntervalMs,
      page_load_delay: job.pageLoadDelayMs,
      driver: job.driver,
      scheduled: 0,
      // The API is seen to give both.
      time_created: job.id % 2 === 0 ? created : String(created),
      scraping_duration: Math.round(((job.ended?.atMs ?? nowMs) - job.runStartedMs) / 1000),
    };
  }

  #schedule(job: Job): void {
    const { run } = job;
    this.#timers.after(job.durationMs, () => {
      if (job.run === run) void this.end(job, job.ending);
    });
  }

  #durationMs(id: number): number {
    const { minDurationMs, maxDurationMs } = this.#options;
    return minDurationMs + new Dice(`duration ${id}`).below(Math.floor(maxDurationMs - minDurationMs) + 1);
  }

  #ending(job: Job, faults: readonly FaultKind[]): FinalStatus {
    if (faults.includes('job-stopped')) return 'stopped';
    // Over half of the pages answered 4xx or 5xx.
    return job.failedUrls.size * 2 > job.startUrls.length ? 'failed' : 'finished';
  }

  #troubles(
    startUrls: readonly string[],
    faults: readonly FaultKind[],
  ): Pick<Job, 'emptyUrls' | 'failedUrls'> {
    const emptyUrls = new Set<number>();
    const failedUrls = new Set<number>();
    const failing = faults.includes('job-failed') ? Math.floor(startUrls.length / 2) + 1 : 0;
    for (const [index, url] of startUrls.entries()) {
      const kinds = this.#faults.take('url', [url]);
      if (index < failing || kinds.includes('url-failed')) failedUrls.add(index);
      else if (kinds.includes('empty')) emptyUrls.add(index);
    }
    return { emptyUrls, failedUrls };
  }

  #hints(task: Job['sitemap']['task'], startUrls: readonly string[]): Job['hints'] {
    const hints = new Map<string, readonly FaultKind[]>();
    if (task === null) return hints;
    for (const url of startUrls) {
      for (const subject of RESULT_SHAPES[task].subjects(url)) {
        const kinds = this.#faults.take('data', [subject]);
        if (kinds.length > 0) hints.set(subject, kinds);
      }
    }
    return hints;
  }
}
