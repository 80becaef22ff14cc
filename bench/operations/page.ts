import { setTimeout as delay } from 'node:timers/promises';
import { startFleet } from '../fleet.ts';
import type { Part } from '../part.ts';
import { spread } from '../statistics.ts';
import { cpuMs } from './cpu-time.ts';
import { seedBatches } from './seed.ts';

const BATCHES = 200;
const ROWS_A_BATCH = 50;
const LARGE_ROWS = 50_000;
const MOST_LOAD_MS = 300;
const MOST_LOAD_BYTES = 200 * 1_024;
const MOST_FILTER_MS = 100;
const VIEWERS = 20;
/** As the page asks: for what moves, the account, parcels that need somebody, a batch that has ended. */
const LIVE_MS = 2_000;
const ACCOUNT_MS = 5_000;
const ALERTS_MS = 10_000;
const ENDED_MS = 10_000;
const WATCH_MS = 30_000;
const MOST_SHARE = 0.05;

/** One who looks: what was told before is not sent again. */
class Viewer {
  readonly #http: string;
  readonly #etags = new Map<string, string>();

  constructor(http: string) {
    this.#http = http;
  }

  async get(path: string): Promise<{ ms: number; bytes: number }> {
    const began = performance.now();
    const etag = this.#etags.get(path);
    const headers = etag === undefined ? {} : { 'if-none-match': etag };
    const answer = await fetch(`${this.#http}${path}`, { headers });
    const bytes = (await answer.arrayBuffer()).byteLength;
    if (answer.status !== 200 && answer.status !== 304) throw new TypeError(`${path}: ${answer.status}`);
    this.#etags.set(path, answer.headers.get('etag') ?? '');
    return { ms: performance.now() - began, bytes };
  }

  /** One after the other, as if nothing could be had beside something else. */
  async load(paths: readonly string[]): Promise<{ ms: number; bytes: number; slow: string[] }> {
    const all: { ms: number; bytes: number }[] = [];
    for (const path of paths) all.push(await this.get(path));
    const slow = all.flatMap(({ ms }, index) => (ms < 20 ? [] : [`${paths[index]} ${ms.toFixed(0)} ms`]));
    return {
      slow,
      ms: all.reduce((sum, { ms }) => sum + ms, 0),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }
}

const SHELL = ['/', '/page/app.js', '/page/app.css', '/page/icon.svg', '/api/me'];
const OVERVIEW = ['/api/batches?limit=50', '/api/account', '/api/alerts?limit=0'];

/** The ops page over two hundred batches and one of fifty thousand rows, while another runs. */
export const page: Part = {
  name: 'page',
  async run(context) {
    const { figure, note, progress } = context;
    const fleet = await startFleet(context, {
      publishIntervalMs: 1_000,
      callLimit: 200,
      callWindowMs: 900_000,
      jobDurationMs: 2_000,
      publishWorkers: 1,
    });
    const { http, database } = fleet;
    progress('writing the batches down');
    await seedBatches(database, BATCHES - 1, ROWS_A_BATCH);
    const [large = ''] = await seedBatches(database, 1, context.rows ?? LARGE_ROWS);
    const [running] = await fleet.startBatches([80]);
    const rowsOf = (query: string) => `/api/batches/${large}/rows?${query}`;
    const ofBatch = [`/api/batches/${large}`, rowsOf('limit=100')];
    for (const [what, paths] of [
      ['the overview', [...SHELL, ...OVERVIEW]],
      [`the batch of ${context.rows ?? LARGE_ROWS} rows`, [...SHELL, ...ofBatch]],
    ] as const) {
      const { ms, bytes, slow } = await new Viewer(http).load(paths);
      note(`first load of ${what}: ${slow.join(', ')}`);
      const about = `first load of ${what}`;
      const time = { mustReach: `< ${MOST_LOAD_MS} ms`, measured: ms, unit: 'ms', ok: ms < MOST_LOAD_MS };
      figure({ figure: about, ...time });
      figure({
        figure: `${about}, uncompressed`,
        mustReach: `< ${MOST_LOAD_BYTES / 1_024} KB`,
        measured: bytes / 1_024,
        unit: 'KB',
        ok: bytes < MOST_LOAD_BYTES,
      });
    }
    const processes = fleet.processes();
    const pidOf = (name: string) => processes.flatMap((each) => (each.name === name ? [each.pid] : []));
    const [server, postgres] = [pidOf('http'), pidOf('postgres')];
    const share = async (watch: () => Promise<void>) => {
      const before = { server: cpuMs(server), postgres: cpuMs(postgres) };
      await watch();
      const used = (now: number, then: number) => (now - then) / WATCH_MS;
      return {
        server: used(cpuMs(server), before.server),
        postgres: used(cpuMs(postgres), before.postgres),
      };
    };
    progress('nobody looks');
    const alone = await share(() => delay(WATCH_MS));
    // None is asked for twice: nothing of it is kept from before.
    const filters = [
      'state=failed',
      'state=invalid',
      ...['empty-page', 'page-failed', 'publish-refused', 'no-answer', 'no-number', 'other'].map(
        (reason) => `reason=${reason}`,
      ),
      ...['00049999', '3980-00012345', '398000000001', 'osaka', '大阪主管支店', '%'].map(
        (text) => `q=${encodeURIComponent(text)}`,
      ),
      'state=failed&q=4999',
      `after=${LARGE_ROWS - 200}`,
    ];
    const filterMs: number[] = [];
    for (const each of filters) {
      const { ms } = await new Viewer(http).get(rowsOf(each));
      filterMs.push(ms);
      if (ms >= MOST_FILTER_MS / 2) note(`${decodeURIComponent(each)}: ${ms.toFixed(0)} ms`);
    }
    const slowest = Math.max(...filterMs);
    note(`${filters.length} filters: ${spread(filterMs)}`);
    figure({
      figure: `a filter of ${context.rows ?? LARGE_ROWS} rows, the slowest of ${filters.length}`,
      mustReach: `< ${MOST_FILTER_MS} ms`,
      measured: slowest,
      unit: 'ms',
      ok: slowest < MOST_FILTER_MS,
    });
    progress(`${VIEWERS} look`);
    const watched = await share(() =>
      watchFor(WATCH_MS, http, [
        { '/api/batches?limit=50': LIVE_MS, '/api/account': ACCOUNT_MS, '/api/alerts?limit=0': ALERTS_MS },
        everyMs(
          [`/api/batches/${running?.batchId}`, `/api/batches/${running?.batchId}/rows?limit=100`],
          LIVE_MS,
        ),
        everyMs(ofBatch, ENDED_MS),
      ]),
    );
    const percent = (from: number) => `${(from * 100).toFixed(1)} %`;
    note(
      `of a core: the server ${percent(alone.server)} alone, ${percent(watched.server)} watched; Postgres ${percent(alone.postgres)} and ${percent(watched.postgres)}`,
    );
    const cost = watched.server - alone.server + Math.max(0, watched.postgres - alone.postgres);
    figure({
      figure: `${VIEWERS} viewers, live: server and database, of a core`,
      mustReach: `< ${MOST_SHARE * 100} %`,
      measured: cost * 100,
      unit: '%',
      ok: cost < MOST_SHARE,
    });
  },
};

/** What a view asks for, and how far apart. */
type View = Readonly<Record<string, number>>;

const everyMs = (paths: readonly string[], ms: number): View =>
  Object.fromEntries(paths.map((path) => [path, ms]));

async function watchFor(ms: number, http: string, views: readonly View[]): Promise<void> {
  const until = performance.now() + ms;
  await Promise.all(
    Array.from({ length: VIEWERS }, async (_, index) => {
      const viewer = new Viewer(http);
      // Not all at the same moment, as people are not.
      await delay((LIVE_MS / VIEWERS) * index);
      const view = views[index % views.length] ?? {};
      await Promise.all(
        Object.entries(view).map(async ([path, apartMs]) => {
          for (let next = performance.now(); next < until; next += apartMs) {
            await viewer.get(path);
            await delay(Math.max(0, Math.min(next + apartMs, until) - performance.now()));
          }
        }),
      );
    }),
  );
}
