import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assertNever } from '../errors.ts';
import { fail, refuse } from './api-gate.ts';
import { cutOff, hang, reset } from './broken-answers.ts';
import type { SandboxContext } from './context.ts';
import { toCsv } from './csv.ts';
import type { KindOf } from './fault-kinds.ts';
import { USUAL_COLUMNS } from './records/record.ts';
import { REFUSED_FOR_MS } from './publish-route.ts';

const CSV_TYPE = 'text/csv; charset=UTF-8';
const LOGIN_HTML =
  '<!DOCTYPE html>\n<html lang="en"><head><title>Web Scraper Cloud</title></head><body><h1>Sign in</h1>' +
  '<form method="post" action="/login"><input name="email"><input name="password"></form></body></html>\n';

/** `GET scraping-job/{id}/csv` and `/json`: the rows so far, none before the first page is loaded. */
export function downloadRoutes(api: FastifyInstance, context: SandboxContext): void {
  const { account, calls, faults, options, timers } = context;

  api.get<{ Params: { id: string } }>('/scraping-job/:id/csv', async (request, reply) => {
    const job = account.find(request.params.id);
    if (job === undefined) return fail(reply, 404, 'Scraping job not found');
    const call = calls.of(request);
    const { id, customId, startUrls } = job;
    const fault = faults.first('csv', customId === null ? startUrls : [...startUrls, customId]);
    Object.assign(call, { jobId: id, customId, fault });
    if (options.csvDelayMs > 0) await timers.wait(options.csvDelayMs);
    const { columns, records } = account.pages.data(job, options.clock.nowMs());
    const text = toCsv(columns, records);
    if (fault !== null && answerInstead(fault, text, request, reply, context)) return reply;
    if (fault === 'no-columns') {
      const bare = records.map((_record, index) => ({
        [USUAL_COLUMNS.order]: `${index}`,
        text: 'lorem ipsum',
      }));
      return reply.type(CSV_TYPE).send(toCsv([USUAL_COLUMNS.order, 'text'], bare));
    }
    return reply
      .type(CSV_TYPE)
      .header('Content-Disposition', `attachment; filename="${job.sitemap.name}-${id}.csv"`)
      .send(text);
  });

  api.get<{ Params: { id: string } }>('/scraping-job/:id/json', async (request, reply) => {
    const job = account.find(request.params.id);
    if (job === undefined) return fail(reply, 404, 'Scraping job not found');
    Object.assign(calls.of(request), { jobId: job.id, customId: job.customId });
    const { records } = account.pages.data(job, options.clock.nowMs());
    const lines = records.map((record) => `${JSON.stringify(record)}\n`);
    return reply.type('application/json').send(lines.join(''));
  });
}

/** Answers, or does not, in a broken way; false when this fault is one of the data. */
function answerInstead(
  fault: KindOf<'csv'>,
  text: string,
  request: FastifyRequest,
  reply: FastifyReply,
  { options, rateLimit }: SandboxContext,
): boolean {
  switch (fault) {
    case 'html-instead-of-csv':
      reply.type('text/html; charset=UTF-8').send(LOGIN_HTML);
      return true;
    case 'csv-404':
      fail(reply, 404, 'Scraping job not found');
      return true;
    case 'csv-429': {
      const nowMs = options.clock.nowMs();
      refuse(reply, rateLimit.limit, nowMs, nowMs + REFUSED_FOR_MS);
      return true;
    }
    case 'csv-500':
      fail(reply, 500, 'Server Error');
      return true;
    case 'csv-timeout':
      hang(reply);
      return true;
    case 'csv-reset':
      reset(request, reply);
      return true;
    case 'csv-truncated':
      cutOff(reply, CSV_TYPE, text);
      return true;
    case 'no-columns':
      return false;
    default:
      return assertNever(fault);
  }
}
