import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { packageRoot } from '../../../src/paths.ts';
import type {
  AccountView,
  ActionRequest,
  AlertReason,
  BatchList,
  ParcelAlert,
  Me,
  Upload,
} from '../../../src/http/api/contract.ts';
import { fakeAccount } from './fake-account.ts';
import { fakeReport } from './fake-report.ts';
import { alertList, fakeAlerts } from './fake-alerts.ts';
import { act, previewOf } from './fake-actions.ts';
import { fakeBatches } from './fake-batches.ts';
import { FakeBatch } from './fake-batch.ts';

/** As the HTTP server sends it with the page. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ASSETS: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/page/app.css': ['app.css', 'text/css; charset=utf-8'],
  '/page/icon.svg': ['icon.svg', 'image/svg+xml'],
};

const TASKS = [
  { name: 'yamato_tracking_only', filePrefix: 'YTO-' },
  { name: 'japan_post_tracking_10', filePrefix: 'JPT10-' },
];

/** The contract in memory: what the page is tried on. */
export class FakeServer {
  batches: FakeBatch[] = [];
  account: AccountView = fakeAccount(Date.now());
  alerts: ParcelAlert[] = [];
  role: Me['role'] = 'operator';
  /** Every request for the API, as `GET /api/me`. */
  readonly asked: string[] = [];
  /** Bodies of actions, in order. */
  readonly orders: ActionRequest[] = [];
  /** The next action is answered with this error. */
  nextError: string | null = null;
  /** Answers are torn off, as by a server that is away. */
  isAway = false;
  #uploads = new Map<string, string>();
  #app: FastifyInstance | null = null;

  reset(): void {
    this.batches = fakeBatches(Date.now());
    this.account = fakeAccount(Date.now());
    this.alerts = fakeAlerts(Date.now(), this.batches);
    this.role = 'operator';
    this.isAway = false;
    this.nextError = null;
    this.asked.length = 0;
    this.orders.length = 0;
  }

  /** The address it answers at. */
  async start(port = 0): Promise<string> {
    this.reset();
    const app = fastify({ forceCloseConnections: true });
    this.#app = app;
    app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    app.addHook('onRequest', async (request, reply) => {
      if (this.isAway) return reply.hijack().raw.destroy();
      if (request.url.startsWith('/api/')) this.asked.push(`${request.method} ${request.url}`);
      if (request.method !== 'GET' && this.role === 'viewer')
        return reply.code(403).send({ error: 'hanako may look, and change nothing' });
    });
    for (const [path, [file, type]] of Object.entries(ASSETS))
      app.get(path, (_request, reply) =>
        reply
          .header('content-security-policy', CSP)
          .type(type)
          .send(readFileSync(join(packageRoot, 'dist/page', file))),
      );
    this.#routes(app);
    return app.listen({ host: '127.0.0.1', port });
  }

  async stop(): Promise<void> {
    await this.#app?.close();
  }

  batch(id: string): FakeBatch {
    const found = this.batches.find((each) => each.id === id);
    if (found === undefined) throw Object.assign(new Error(`no batch ${id}`), { statusCode: 404 });
    return found;
  }

  #routes(app: FastifyInstance): void {
    app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
      reply.code(error.statusCode ?? 500).send({ error: error.message }),
    );
    const get = (path: string, answer: (request: FastifyRequest) => unknown) =>
      app.get(path, (request, reply) => withTag(request, reply, answer(request)));
    get('/api/me', () => this.#me());
    get('/api/account', () => this.account);
    get('/api/report', ({ query }) => fakeReport(query as { from?: string; to?: string }));
    app.get('/api/report.xlsx', (_request, reply) =>
      reply.header('content-disposition', 'attachment; filename="report.xlsx"').send('PK'),
    );
    get('/api/alerts', ({ query }) => {
      const { reason, limit = '50' } = query as { reason?: AlertReason; limit?: string };
      return alertList(this.alerts, reason ?? null, Number(limit));
    });
    get('/api/batches', ({ query }) => this.#list(query as Record<string, string>));
    get('/api/batches/:id', ({ params }) => this.batch((params as { id: string }).id).view());
    get('/api/batches/:id/rows', ({ params, query }) =>
      this.#rows((params as { id: string }).id, query as Record<string, string>),
    );
    get('/api/batches/:id/rows/:row', ({ params }) => {
      const { id, row } = params as { id: string; row: string };
      return this.#story(id, Number(row));
    });
    app.get('/api/batches/:id/workbook', (_request, reply) =>
      reply.header('content-disposition', 'attachment; filename="result.xlsx"').send('PK'),
    );
    app.get('/api/batches/:id/failed.csv', (_request, reply) =>
      reply.header('content-disposition', 'attachment; filename="failed.csv"').send('row,error\r\n'),
    );
    app.post('/api/batches/:id/preview', ({ params, body }) =>
      previewOf(this.batch((params as { id: string }).id), body as ActionRequest),
    );
    app.post('/api/batches/:id/actions', ({ params, body }, reply) => {
      this.orders.push(body as ActionRequest);
      const error = this.nextError;
      this.nextError = null;
      if (error !== null) return reply.code(409).send({ error });
      return act(this.batch((params as { id: string }).id), body as ActionRequest, 'hanako');
    });
    app.post('/api/uploads', ({ query, body }, reply) => {
      const { name = '', task = '' } = query as Record<string, string>;
      const known = TASKS.find(({ filePrefix, name: each }) => each === task || name.startsWith(filePrefix));
      if (known === undefined) return reply.code(400).send({ error: `${name} fits no task: choose one` });
      if (!(body as Buffer).toString().includes('398'))
        return reply.code(400).send({ error: `${name} is no workbook: it begins with "${String(body)}"` });
      return this.#upload(name, known.name);
    });
    app.post('/api/uploads/:id/start', ({ params }) => {
      const name = this.#uploads.get((params as { id: string }).id) as string;
      const started = { rows: 30, parts: {}, startedMinutesAgo: 0, task: 'yamato_tracking_only' };
      const batch = new FakeBatch(
        `new-${this.batches.length}`,
        { ...started, workbook: name, state: 'running' },
        Date.now(),
      );
      this.batches.unshift(batch);
      return batch.status();
    });
  }

  #me(): Me {
    return {
      name: 'hanako',
      role: this.role,
      canSignOut: true,
      version: '1.0.0',
      webUi: 'http://127.0.0.1:8233/namespaces/default',
      tasks: TASKS,
    };
  }

  #list({ state, q, before, limit = '50' }: Record<string, string>): BatchList {
    const all = this.batches.map((batch) => batch.status());
    const counts = { running: 0, paused: 0, completed: 0, cancelled: 0, failed: 0 };
    for (const status of all) counts[status.state]++;
    const found = all.filter(
      (status) =>
        (state === undefined || status.state === state) &&
        (q === undefined || `${status.workbook} ${status.batchId}`.toLowerCase().includes(q.toLowerCase())),
    );
    const from = before === undefined ? 0 : found.findIndex(({ batchId }) => batchId === before) + 1;
    const batches = found.slice(from, from + Number(limit));
    const last = batches.at(-1);
    return { batches, next: last !== undefined && last !== found.at(-1) ? last.batchId : null, counts };
  }

  #rows(id: string, { after = '0', limit = '100', ...filter }: Record<string, string>) {
    const found = this.batch(id).found(filter);
    const from = found.filter(({ row }) => row > Number(after));
    const rows = from.slice(0, Number(limit));
    return { rows, found: found.length, next: from.length > rows.length ? (rows.at(-1)?.row ?? null) : null };
  }

  #story(id: string, row: number) {
    const batch = this.batch(id);
    const report = batch.rows.find((each) => each.row === row);
    if (report === undefined)
      throw Object.assign(new Error(`batch ${id} has no row ${row}`), { statusCode: 404 });
    const { startedAt } = batch.status();
    const later = (minutes: number) => new Date(Date.parse(startedAt) + minutes * 60_000).toISOString();
    return {
      events: [
        { at: startedAt, what: 'imported', details: `row ${row}: ${report.input}` },
        ...(report.customId === null
          ? []
          : [
              {
                at: later(3),
                what: 'published',
                details: `${report.customId} as job ${report.scrapingJobId}`,
              },
              { at: later(4), what: 'notified', details: `${report.customId}: finished` },
            ]),
        ...(report.error === null ? [] : [{ at: later(5), what: 'failed', details: report.error }]),
      ],
    };
  }

  #upload(name: string, task: string): Upload {
    const upload = `up-${this.#uploads.size}`;
    this.#uploads.set(upload, name);
    return {
      upload,
      name,
      task,
      counts: { total: 30, pending: 29, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 1 },
      jobs: 29,
      calls: 58,
      credits: 29,
      finishedAt: new Date(Date.now() + 12 * 60_000).toISOString(),
      rows: [
        {
          row: 2,
          state: 'pending',
          trackingNumber: '3980-0412-3005',
          error: null,
          reason: null,
          warnings: [],
        },
        {
          row: 3,
          state: 'invalid',
          trackingNumber: null,
          error: '"<b>4.4801E+11</b>" has lost its last digits',
          reason: 'lost-digits',
          warnings: [],
        },
      ],
    };
  }
}

/** Unchanged: 304 without a body. */
function withTag(request: FastifyRequest, reply: FastifyReply, answer: unknown): FastifyReply {
  const body = JSON.stringify(answer);
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
  reply.header('etag', tag).header('cache-control', 'no-cache').type('application/json; charset=utf-8');
  return request.headers['if-none-match'] === tag ? reply.code(304).send() : reply.send(body);
}
