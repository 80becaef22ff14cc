import type { FastifyInstance, FastifyReply } from 'fastify';
import { fail } from './api-gate.ts';
import type { SandboxContext } from './context.ts';
import type { FaultRule } from './fault-book.ts';
import { isFaultKind } from './fault-kinds.ts';
import { fieldsOf, sinceOf } from './control-request.ts';
import type { Job } from './job.ts';

function readRule(body: unknown): FaultRule | string {
  const { kind, match = null, times = null } = fieldsOf(body);
  if (typeof kind !== 'string' || !isFaultKind(kind))
    return `unknown kind ${String(kind)}; see docs/sandbox.md`;
  if (match !== null && typeof match !== 'string') return 'match must be a string';
  if (times !== null && !(Number.isSafeInteger(times) && Number(times) > 0)) return 'times must be 1 or more';
  return { kind, match, times: times === null ? null : Number(times) };
}

/** The endpoints below `/_sandbox`: faults on demand, and what happened. They cost no API call. */
export function controlRoutes(control: FastifyInstance, context: SandboxContext): void {
  const { account, calls, faults, notifier, options, rateLimit, timers, yamatoLog } = context;

  control.get('/faults', async () => faults.rules());
  control.post('/faults', async (request, reply) => {
    const rule = readRule(request.body);
    if (typeof rule === 'string') return fail(reply, 400, rule);
    faults.add(rule);
    return reply.code(201).send(rule);
  });
  control.delete('/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });

  control.get('/calls', async (request) => calls.list(sinceOf(request)));
  control.delete('/calls', async (_request, reply) => {
    calls.clear();
    return reply.code(204).send();
  });
  control.post('/foreign-calls', async (request, reply) => {
    const count = Number(fieldsOf(request.body)['count'] ?? 1);
    if (!(Number.isSafeInteger(count) && count > 0 && count <= 10_000))
      return fail(reply, 400, 'count: 1–10000');
    const made = Array.from({ length: count }, () => {
      const call = calls.foreign();
      call.status = rateLimit.call(call.at).allowed ? 200 : 429;
      return call;
    });
    return { made: made.length, refused: made.filter(({ status }) => status === 429).length };
  });

  control.get('/notifications', async (request) => notifier.attempts(sinceOf(request)));
  control.get('/yamato', async (request) => yamatoLog.list(sinceOf(request)));
  control.delete('/yamato', async (_request, reply) => {
    yamatoLog.clear();
    return reply.code(204).send();
  });

  control.put('/webhook-url', async (request, reply) => {
    const { url = null } = fieldsOf(request.body);
    if (url !== null && (typeof url !== 'string' || !URL.canParse(url)))
      return fail(reply, 400, 'url must be a URL or null');
    notifier.webhookUrl = url;
    return { url };
  });

  control.post('/limits', async (request, reply) => {
    const { callLimit = rateLimit.limit, callWindowMs = rateLimit.windowMs } = fieldsOf(request.body);
    if (!(Number(callLimit) >= 1)) return fail(reply, 400, 'callLimit must be 1 or more');
    if (!(Number(callWindowMs) > 0)) return fail(reply, 400, 'callWindowMs must be over 0');
    rateLimit.configure(Number(callLimit), Number(callWindowMs));
    return { callLimit: rateLimit.limit, callWindowMs: rateLimit.windowMs };
  });

  control.put('/account', async (request, reply) => {
    const pageCredits = Number(fieldsOf(request.body)['pageCredits']);
    if (!(pageCredits >= 0)) return fail(reply, 400, 'pageCredits must be 0 or more');
    account.pageCredits = pageCredits;
    return { pageCredits };
  });

  control.get('/jobs', async (request) => {
    const since = sinceOf(request);
    const jobs = account.jobs.all().filter(({ id }) => id > since);
    return jobs.map((job) => ({ ...account.view(job), ...extras(job) }));
  });
  const withJob = (id: string, reply: FastifyReply, act: (job: Job) => void) => {
    const job = account.find(id);
    if (job === undefined) return fail(reply, 404, `no job ${id}`);
    act(job);
    return reply.send({ ...account.view(job), ...extras(job) });
  };
  control.post<{ Params: { id: string } }>('/jobs/:id/continue', async (request, reply) => {
    const { durationMs } = fieldsOf(request.body);
    return withJob(request.params.id, reply, (job) =>
      account.continue(job, durationMs === undefined ? undefined : Number(durationMs)),
    );
  });
  for (const status of ['stopped', 'failed', 'finished'] as const) {
    const verb = { stopped: 'stop', failed: 'fail', finished: 'finish' }[status];
    control.post<{ Params: { id: string } }>(`/jobs/:id/${verb}`, async (request, reply) =>
      withJob(request.params.id, reply, (job) => void account.end(job, status)),
    );
  }
  control.post('/jobs/finish', async (request, reply) => {
    const spanMs = Number(fieldsOf(request.body)['spanMs'] ?? 0);
    if (!(spanMs >= 0)) return fail(reply, 400, 'spanMs must be 0 or more');
    const running = account.jobs.all().filter(({ ended }) => ended === null);
    for (const [index, job] of running.entries())
      timers.after((index / running.length) * spanMs, () => void account.end(job, 'finished'));
    return { ending: running.length };
  });
  control.delete<{ Params: { id: string } }>('/jobs/:id', async (request, reply) =>
    withJob(request.params.id, reply, (job) => {
      job.gone = true;
    }),
  );

  control.get('/', async () => ({
    sitemaps: options.sitemaps,
    webhookUrl: notifier.webhookUrl,
    callLimit: rateLimit.limit,
    callWindowMs: rateLimit.windowMs,
    pageCredits: account.pageCredits,
  }));
}

/** What the API does not show of a job. */
function extras(job: Job): Record<string, unknown> {
  return {
    createdAt: job.createdMs,
    endedAt: job.ended?.atMs ?? null,
    run: job.run,
    gone: job.gone,
    // Twenty thousand URLs a job would make this answer gigabytes.
    startUrls: job.startUrls.slice(0, 10),
  };
}
