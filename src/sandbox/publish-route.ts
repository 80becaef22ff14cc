import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assertNever } from '../errors.ts';
import { fail, refuse } from './api-gate.ts';
import { BAD_GATEWAY_HTML, hang, reset } from './broken-answers.ts';
import type { SandboxContext } from './context.ts';
import type { KindOf } from './fault-kinds.ts';
import { readJobRequest } from './publish-request.ts';

/** How long `publish-429` and `csv-429` say the account is closed. */
export const REFUSED_FOR_MS = 2000;

const START_URLS_BODY_BYTES = 64 * 1024 * 1024;

/**
 * `POST scraping-job`.
 * Source: https://webscraper.io/documentation/web-scraper-cloud/api, "Create Scraping Job".
 */
export function publishRoute(api: FastifyInstance, context: SandboxContext): void {
  const { account, calls, faults, options, timers } = context;
  api.post('/scraping-job', { bodyLimit: START_URLS_BODY_BYTES }, async (request, reply) => {
    const wanted = readJobRequest(request.body);
    if (typeof wanted === 'string') return fail(reply, 422, wanted);
    const call = calls.of(request);
    const { customId, startUrls } = wanted;
    call.customId = customId;
    call.startUrls = startUrls.length;
    const fault = faults.first('publish', customId === null ? startUrls : [...startUrls, customId]);
    call.fault = fault;
    if (fault !== null && answerWithout(fault, request, reply, context)) return reply;
    if (account.pageCredits < startUrls.length) return fail(reply, 402, 'Not enough page credits');
    const job = await account.create(wanted);
    call.jobId = job.id;
    if (fault === 'publish-slow') await timers.wait(options.slowAnswerMs);
    if (fault === 'publish-no-id') return reply.send({ success: true, data: { custom_id: customId } });
    if (fault === 'publish-timeout-created') hang(reply);
    else if (fault === 'publish-reset-created') reset(request, reply);
    else return reply.send({ success: true, data: { id: job.id, custom_id: customId } });
    return reply;
  });
}

/** Answers, or does not, without making a job; false when this fault wants one made. */
function answerWithout(
  fault: KindOf<'publish'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { options, rateLimit }: SandboxContext,
): boolean {
  switch (fault) {
    case 'publish-401':
      fail(reply, 401, 'Unauthenticated.');
      return true;
    case 'publish-402':
      fail(reply, 402, 'Not enough page credits');
      return true;
    case 'publish-403':
      fail(reply, 403, 'This action is unauthorized.');
      return true;
    case 'publish-422':
      fail(reply, 422, 'The start_urls.0 field is not allowed');
      return true;
    case 'publish-429': {
      const nowMs = options.clock.nowMs();
      refuse(reply, rateLimit.limit, nowMs, nowMs + REFUSED_FOR_MS);
      return true;
    }
    case 'publish-500':
      fail(reply, 500, 'Server Error');
      return true;
    case 'publish-html':
      reply.code(502).type('text/html').send(BAD_GATEWAY_HTML);
      return true;
    case 'publish-timeout':
      hang(reply);
      return true;
    case 'publish-reset':
      reset(request, reply);
      return true;
    case 'publish-no-id':
    case 'publish-slow':
    case 'publish-timeout-created':
    case 'publish-reset-created':
      return false;
    default:
      return assertNever(fault);
  }
}
