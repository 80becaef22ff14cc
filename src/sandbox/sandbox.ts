import formbody from '@fastify/formbody';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { ApiAccount } from './api-account.ts';
import { guardApi } from './api-gate.ts';
import type { ReceivedCall } from './call-log.ts';
import { CallLog } from './call-log.ts';
import type { SandboxContext } from './context.ts';
import { controlRoutes } from './control-routes.ts';
import type { FaultRule } from './fault-book.ts';
import { FaultBook } from './fault-book.ts';
import { jobRoutes } from './job-routes.ts';
import type { NotificationAttempt } from './notifier.ts';
import { Notifier } from './notifier.ts';
import type { SandboxOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { publishRoute } from './publish-route.ts';
import { RateLimit } from './rate-limit.ts';
import { Timers } from './timers.ts';
import type { YamatoRequest } from './yamato/log.ts';
import { YamatoLog } from './yamato/log.ts';
import { yamatoRoute } from './yamato/route.ts';
import type { TlsServer } from './yamato/tls-server.ts';
import { listenTls } from './yamato/tls-server.ts';

/** A running stand-in for Web Scraper Cloud and Yamato's page. */
export interface Sandbox {
  /** Base of the API, ends in `/api/v1`. */
  url: string;
  /** Base of the control endpoints, ends in `/_sandbox`. */
  controlUrl: string;
  /** Yamato's page, ends in `/cgi-bin/tneko`. */
  yamatoUrl: string;
  /** The same page over TLS; null without `yamatoTls`. Its host is `localhost`. */
  yamatoTlsUrl: string | null;
  calls(): ReceivedCall[];
  notifications(): NotificationAttempt[];
  yamatoRequests(): YamatoRequest[];
  /** As `POST /_sandbox/faults`. */
  addFault(rule: Pick<FaultRule, 'kind'> & Partial<FaultRule>): void;
  clearFaults(): void;
  setWebhookUrl(url: string | null): void;
  /** Ends at once: open connections are cut, notifications under way and still to be sent again are dropped. */
  close(): Promise<void>;
}

function buildContext(options: SandboxOptions): SandboxContext {
  const resolved = resolveOptions(options);
  const timers = new Timers();
  const faults = new FaultBook();
  const notifier = new Notifier({ ...resolved, timers });
  return {
    options: resolved,
    account: new ApiAccount(resolved, faults, notifier, timers),
    calls: new CallLog(resolved.clock),
    faults,
    notifier,
    rateLimit: new RateLimit(resolved.callLimit, resolved.callWindowMs),
    timers,
    yamatoLog: new YamatoLog(),
  };
}

async function buildApp(context: SandboxContext): Promise<FastifyInstance> {
  // Hanging answers are among the faults: closing must not wait for them.
  const app = fastify({ forceCloseConnections: true });
  await app.register(formbody);
  await app.register(
    async (api) => {
      guardApi(api, { ...context.options, ...context });
      publishRoute(api, context);
      jobRoutes(api, context);
    },
    { prefix: '/api/v1' },
  );
  await app.register(async (control) => controlRoutes(control, context), { prefix: '/_sandbox' });
  yamatoRoute(app, context);
  await app.ready();
  return app;
}

/** The host to connect to for one that was listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Starts a sandbox and listens. Rejects when an option cannot be meant (RangeError) or the port cannot be had.
 * It holds no file and no database: what it knows ends with it.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const context = buildContext(options);
  const { host, port, yamatoTls } = context.options;
  const app = await buildApp(context);
  let tls: TlsServer | null = null;
  try {
    await app.listen({ host, port });
    if (yamatoTls !== null)
      tls = await listenTls(yamatoTls, host, (request, response) => app.routing(request, response));
  } catch (error) {
    await app.close();
    throw error;
  }
  const base = `http://${reachable(host)}:${(app.server.address() as AddressInfo).port}`;
  return {
    url: `${base}/api/v1`,
    controlUrl: `${base}/_sandbox`,
    yamatoUrl: `${base}/cgi-bin/tneko`,
    yamatoTlsUrl: tls === null ? null : `https://localhost:${tls.port}/cgi-bin/tneko`,
    calls: () => context.calls.list(),
    notifications: () => context.notifier.attempts(),
    yamatoRequests: () => context.yamatoLog.list(),
    addFault: ({ kind, match = null, times = null }) => context.faults.add({ kind, match, times }),
    clearFaults: () => context.faults.clear(),
    setWebhookUrl: (url) => {
      context.notifier.webhookUrl = url;
    },
    close: async () => {
      context.timers.close();
      context.notifier.close();
      await tls?.close();
      await app.close();
    },
  };
}
