import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fail } from './api-gate.ts';
import type { SandboxContext } from './context.ts';
import { Dice } from './dice.ts';
import { downloadRoutes } from './download-routes.ts';
import type { Job } from './job.ts';
import { executedOf } from './job.ts';
import { sitemapOf } from './sitemaps.ts';

/** The vendor's page size for every list. */
const PER_PAGE = 100;

/** One page of a list, as the API wraps it. */
function paged<T>(items: readonly T[], page: number): Record<string, unknown> & { data: T[] } {
  return {
    success: true,
    data: items.slice((page - 1) * PER_PAGE, page * PER_PAGE),
    current_page: page,
    last_page: Math.max(1, Math.ceil(items.length / PER_PAGE)),
    total: items.length,
    per_page: PER_PAGE,
  };
}

function pageOf(request: FastifyRequest): number {
  const page = Number((request.query as Record<string, unknown>)['page'] ?? 1);
  return Number.isSafeInteger(page) && page >= 1 ? page : 1;
}

/** The texts in which a fault for this job may be asked for. */
function textsOf(job: Job): readonly string[] {
  return job.customId === null ? job.startUrls : [...job.startUrls, job.customId];
}

/**
 * The reading calls of the API.
 * Source: https://webscraper.io/documentation/web-scraper-cloud/api
 */
export function jobRoutes(api: FastifyInstance, context: SandboxContext): void {
  const { account, calls, faults, options } = context;

  api.get('/account', async () => ({
    success: true,
    data: {
      email: 'sandbox@example.com',
      firstname: 'Sand',
      lastname: 'Box',
      page_credits: account.pageCredits,
    },
  }));

  api.get('/sitemap/:id', async (request, reply) => {
    const id = Number((request.params as Record<string, unknown>)['id']);
    const sitemap = sitemapOf(id, options.sitemaps);
    // As the account has it: a publish to any id is taken, so that a test may name its own.
    if (sitemap.task === null) return fail(reply, 404, 'Not Found');
    return { success: true, data: { id, name: sitemap.name, sitemap: '{}' } };
  });

  api.get('/scraping-jobs', async (request, reply) => {
    const call = calls.of(request);
    call.fault = faults.first('list', ['scraping-jobs']);
    if (call.fault === 'list-500') return fail(reply, 500, 'Server Error');
    const wanted = (request.query as Record<string, unknown>)['sitemap_id'];
    const jobs = account.jobs
      .all()
      .filter((job) => !job.gone && (wanted === undefined || String(job.sitemap.id) === wanted))
      .toReversed();
    // Drawn from the number of jobs: pages asked one after the other still make up one list.
    const listed = options.shuffleJobList ? new Dice(`list ${jobs.length}`).shuffle(jobs) : jobs;
    const page = paged(listed, pageOf(request));
    return { ...page, data: page.data.map((job) => account.view(job)) };
  });

  api.get<{ Params: { id: string } }>('/scraping-job/:id', async (request, reply) => {
    const job = account.find(request.params.id);
    if (job === undefined) return fail(reply, 404, 'Scraping job not found');
    const call = calls.of(request);
    Object.assign(call, { jobId: job.id, customId: job.customId });
    call.fault = faults.first('status', textsOf(job));
    if (call.fault === 'status-500') return fail(reply, 500, 'Server Error');
    return { success: true, data: account.view(job) };
  });

  api.get<{ Params: { id: string } }>('/scraping-job/:id/problematic-urls', async (request, reply) => {
    const job = account.find(request.params.id);
    if (job === undefined) return fail(reply, 404, 'Scraping job not found');
    Object.assign(calls.of(request), { jobId: job.id, customId: job.customId });
    const executed = executedOf(job, options.clock.nowMs());
    const urls = job.startUrls.slice(0, executed).flatMap((url, index) => {
      if (job.failedUrls.has(index)) return [{ url, type: 'failed' }];
      return job.emptyUrls.has(index) || job.sitemap.task === null ? [{ url, type: 'empty' }] : [];
    });
    return paged(urls, pageOf(request));
  });

  api.get<{ Params: { id: string } }>('/scraping-job/:id/data-quality', async (request, reply) => {
    const job = account.find(request.params.id);
    if (job === undefined) return fail(reply, 404, 'Scraping job not found');
    Object.assign(calls.of(request), { jobId: job.id, customId: job.customId });
    return { success: true, data: dataQuality(account.view(job)) };
  });

  downloadRoutes(api, context);
}

const atLeast = (got: number, expected: number) => ({ got, expected, success: got >= expected });
const atMost = (got: number, expected: number) => ({ got, expected, success: got <= expected });

function dataQuality(view: Record<string, unknown>): Record<string, unknown> {
  const count = (name: string): number => Number(view[name]);
  const percent = (name: string): number =>
    count('jobs_executed') === 0 ? 0 : Math.round((100 * count(name)) / count('jobs_executed'));
  const checks = {
    min_record_count: atLeast(count('stored_record_count'), count('jobs_scheduled')),
    max_failed_pages_percent: atMost(percent('jobs_failed'), 5),
    max_empty_pages_percent: atMost(percent('jobs_empty'), 5),
    max_no_value_pages_percent: atMost(0, 5),
  };
  return {
    ...checks,
    min_column_records: {},
    overall_data_quality_success: Object.values(checks).every(({ success }) => success),
  };
}
