import type { Job } from './job.ts';

/** Jobs kept; the oldest go first, and answer 404 from then on. */
const JOBS_KEPT = 50_000;
/** Start URLs kept over all jobs: twenty jobs of the largest size and more, about 200 MB. */
const START_URLS_KEPT = 1_000_000;

/** Every job of one account, by id. */
export class JobStore {
  readonly #jobs = new Map<number, Job>();
  #nextId: number;
  #startUrls = 0;

  /**
   * Ids count from the seconds since 2024, times four: they stay below 2^31, and a sandbox started again does not
   * give out ids that a database already holds.
   */
  constructor(nowMs: number) {
    this.#nextId = Math.floor((nowMs - Date.UTC(2024, 0, 1)) / 250);
  }

  nextId(): number {
    return this.#nextId++;
  }

  add(job: Job): void {
    this.#jobs.set(job.id, job);
    this.#startUrls += job.startUrls.length;
    for (const [id, oldest] of this.#jobs) {
      const tooMany = this.#jobs.size > JOBS_KEPT || this.#startUrls > START_URLS_KEPT;
      if (!tooMany || id === job.id) break;
      this.#jobs.delete(id);
      this.#startUrls -= oldest.startUrls.length;
    }
  }

  get(id: number): Job | undefined {
    return this.#jobs.get(id);
  }

  /** Oldest first. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }
}
