import { Dice } from './dice.ts';
import type { FaultKind } from './fault-kinds.ts';
import { scrapedText, startOfDay } from './japan-time.ts';
import type { Job } from './job.ts';
import { executedOf } from './job.ts';
import type { ScrapedRecord } from './records/record.ts';
import { USUAL_COLUMNS } from './records/record.ts';
import type { ResultShape } from './records/shapes.ts';
import { RESULT_SHAPES } from './records/shapes.ts';

export interface JobData {
  columns: string[];
  records: ScrapedRecord[];
}

const NO_HINTS: readonly FaultKind[] = [];
const COUNTS_KEPT = 10_000;

/** What a job's pages gave. Made anew for each download from the start URLs, never kept. */
export class ScrapedPages {
  readonly #datesFrom: Date | null;
  /** Counting means making the records; a big job is asked for its counters again and again. */
  readonly #counts = new Map<string, number>();

  constructor(datesFrom: Date | null) {
    this.#datesFrom = datesFrom;
  }

  /** Indexes of the start URLs that gave data so far. */
  #fruitful(job: Job, nowMs: number): number[] {
    const indexes: number[] = [];
    const executed = job.sitemap.task === null ? 0 : executedOf(job, nowMs);
    for (let index = 0; index < executed; index++) {
      if (!job.emptyUrls.has(index) && !job.failedUrls.has(index)) indexes.push(index);
    }
    return indexes;
  }

  #pages(job: Job, shape: ResultShape, nowMs: number): { url: string; records: ScrapedRecord[] }[] {
    const scrapedMs = job.ended?.atMs ?? nowMs;
    const dayStartMs = startOfDay(this.#datesFrom?.getTime() ?? scrapedMs);
    const hintsOf = (subject: string) => job.hints.get(subject) ?? NO_HINTS;
    return this.#fruitful(job, nowMs).map((index) => {
      const url = job.startUrls[index] ?? '';
      return { url, records: shape.records(url, hintsOf, dayStartMs) };
    });
  }

  recordCount(job: Job, nowMs: number): number {
    if (job.sitemap.task === null) return 0;
    const key = `${job.id}/${job.run}/${executedOf(job, nowMs)}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const pages = this.#pages(job, RESULT_SHAPES[job.sitemap.task], nowMs);
    const count = pages.reduce((sum, { records }) => sum + records.length, 0);
    if (this.#counts.size >= COUNTS_KEPT) this.#counts.clear();
    this.#counts.set(key, count);
    return count;
  }

  /**
   * The columns, and the rows of all start URLs mixed: those of one URL keep their order, those of several come as the
   * pages happened to be loaded.
   */
  data(job: Job, nowMs: number): JobData {
    const { task } = job.sitemap;
    if (task === null) return { columns: [USUAL_COLUMNS.order, USUAL_COLUMNS.startUrl], records: [] };
    const shape = RESULT_SHAPES[task];
    const { order, startUrl, timeScraped } = shape.leading;
    const columns = [order, startUrl, ...shape.columns, ...(timeScraped === null ? [] : [timeScraped])];
    const pages = this.#pages(job, shape, nowMs);
    const turns = new Dice(`turns ${job.id}`).shuffle(pages.flatMap((page) => page.records.map(() => page)));
    const scrapedMs = job.ended?.atMs ?? nowMs;
    const next = new Map(pages.map((page) => [page, 0]));
    const scraped = timeScraped === null ? null : scrapedText(scrapedMs);
    const records = turns.map((page, position) => {
      const index = next.get(page) ?? 0;
      next.set(page, index + 1);
      // Made for this download alone: filled in rather than copied, since there may be a hundred thousand.
      const record = page.records[index] ?? {};
      record[order] = `${Math.floor(job.createdMs / 1000)}-${position + 1}`;
      record[startUrl] = page.url;
      if (timeScraped !== null && scraped !== null) record[timeScraped] = scraped;
      return record;
    });
    return { columns, records };
  }
}
