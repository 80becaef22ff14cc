import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  loadOwnSettings,
  readSettings,
  requireSetting,
  requireSettings,
  temporalConfigured,
} from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { migrateDatabase } from '../db/database.ts';
import { anyFreePort, freePort } from '../embedded/ports.ts';
import { startPostgres } from '../embedded/postgres/server.ts';
import { startTemporalServer } from '../embedded/temporal/server.ts';
import type { TemporalServer } from '../embedded/temporal/server.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { embeddedTemporal, removeUpFile, sandboxApi, writeUpFile } from '../settings/up-file.ts';
import type { UpFile } from '../settings/up-file.ts';
import { applyTemporalConfig } from '../temporal/apply-config.ts';
import { connectClient, temporalOptions } from '../temporal/connection.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { QUEUES } from '../temporal/names.ts';
import { applySchedules } from '../temporal/schedules.ts';
import { KeptServer } from './kept-server.ts';
import { localUrl, probePort } from './listen-error.ts';
import { rotateLogs } from './log-rotation.ts';
import { metricsPorts, removePrometheusTargets, writePrometheusTargets } from './prometheus-targets.ts';
import { httpReady, workersReady } from './readiness.ts';
import type { StopRequests } from './stop-signal.ts';
import { Supervisor, waitForOrphans } from './supervisor.ts';
import { lockDataDir } from './up-lock.ts';

/** Asked to stop while it was starting: no failure. */
export class StoppedEarly extends TsuisekiError<'STOPPED'> {}

export interface System {
  report: UpFile;
  /** Settings with everything that was started filled in. */
  settings: Settings;
  stop(): Promise<void>;
}

export interface SystemOptions {
  sandbox: boolean;
  onProgress: (line: string) => void;
  requests: StopRequests;
  overrides?: NodeJS.ProcessEnv;
}

/**
 * Starts what is not configured elsewhere: Postgres, Temporal, the sandbox, every worker and the HTTP server, each a
 * process of its own. Ends what it started when it fails, and when it is asked to stop in the middle.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { requests, onProgress } = options;
  const given = readSettings({ ...loadOwnSettings().env, ...options.overrides });
  if (!options.sandbox) requireSettings(given, 'webhookTokens', 'webscraperApiToken');
  const starting = new SystemStart(given, options);
  try {
    return await starting.run();
  } catch (error) {
    await starting.stop().catch((cause: unknown) => onProgress(`while stopping: ${errorMessage(cause)}`));
    if (requests.stop.aborted)
      throw new StoppedEarly('STOPPED', 'stopped before all was ready', { cause: error });
    throw error;
  }
}

/** As `Promise.all`, but that none is still under way when the first failure is told: all that was started can be ended. */
async function allOf<T extends readonly unknown[]>(promises: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

class SystemStart {
  readonly #options: SystemOptions;
  readonly #given: Settings;
  readonly #env: NodeJS.ProcessEnv;
  /** They end before what they use. */
  readonly #workers: Supervisor;
  readonly #processes: (() => { name: string; pid: number }[])[] = [];
  /** Ends of what was started, the last one first. */
  readonly #ends: (() => Promise<void> | void)[] = [];
  #report: UpFile | null = null;

  constructor(given: Settings, options: SystemOptions) {
    this.#given = given;
    this.#options = options;
    this.#env = { ...given.env, TSUISEKI_DATA_DIR: given.dataDir };
    this.#workers = new Supervisor(this.#env, given.dataDir, this.#onRestart);
  }

  async stop(): Promise<void> {
    this.#report = null;
    await this.#workers.stop(this.#options.requests.now);
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  async run(): Promise<System> {
    const { dataDir, jobDeadlineMs } = this.#given;
    const { onProgress, requests } = this.#options;
    this.#ends.push(await lockDataDir(dataDir));
    removeUpFile(dataDir);
    await waitForOrphans(dataDir);
    const logs = join(dataDir, 'logs');
    this.#ends.push(rotateLogs(logs, onProgress));
    const http = await this.#chooseHttp();
    const sandbox = this.#options.sandbox ? await this.#superviseSandbox(http) : null;
    for (const name of Object.keys(QUEUES)) this.#workers.prepare({ name, args: ['worker', name] });
    this.#workers.prepare({ name: 'http', args: ['serve'] });
    // What does not need each other starts beside each other.
    const [, webUi] = await allOf([this.#keepPostgres(), this.#keepTemporal()]);
    const settings = readSettings(this.#env);
    const databaseUrl = requireSetting(settings, 'databaseUrl');
    onProgress('bringing database and Temporal up to date');
    const [client] = await allOf([this.#configuredTemporal(settings), migrateDatabase(databaseUrl)]);
    requests.stop.throwIfAborted();
    onProgress('starting workers and the HTTP server');
    const ports = await metricsPorts(settings);
    for (const name of Object.keys(QUEUES))
      this.#workers.start({ name, args: ['worker', name], env: metricsOf(ports.get(name)) });
    const links = webUi === null || settings.webUiUrl !== null ? {} : { WEB_UI_URL: webUi };
    this.#workers.start({ name: 'http', args: ['serve'], env: links });
    // All at their ends before the client is closed: the SDK's retries of a call would throw where nobody catches.
    await allOf([
      applySchedules(client, jobDeadlineMs),
      httpReady(http, join(logs, 'http.log'), requests.stop),
      workersReady(client, logs, requests.stop),
    ]);
    const temporalAddress = temporalOptions(settings).connectionOptions.address ?? '';
    const temporalNamespace = client.options.namespace;
    const where = { temporalAddress, temporalNamespace, webUi, http, databaseUrl, sandbox };
    const report: UpFile = { ready: true, ...where, processes: this.#allProcesses() };
    this.#report = report;
    this.#ends.push(() => {
      removeUpFile(dataDir);
      removePrometheusTargets(dataDir);
    });
    writeUpFile(dataDir, report);
    writePrometheusTargets(settings, http, ports);
    return { report, settings, stop: () => this.stop() };
  }

  #allProcesses(): { name: string; pid: number }[] {
    return [...this.#processes.flatMap((each) => each()), ...this.#workers.processes()];
  }

  /** Somebody has a new process id. */
  readonly #onRestart = () => {
    if (this.#report === null) return;
    this.#report = { ...this.#report, processes: this.#allProcesses() };
    writeUpFile(this.#given.dataDir, this.#report);
  };

  /** A port that was asked for is that one. With the sandbox nobody outside has to find it: any will do then. */
  async #chooseHttp(): Promise<string> {
    const { httpHost: host, httpPort: port, env } = this.#given;
    const anyWillDo = this.#options.sandbox && (env['HTTP_PORT'] ?? '').trim() === '';
    const taken = await probePort('HTTP_PORT', { host, port }).catch((error: unknown) => {
      if (!anyWillDo) throw error;
      return probePort('HTTP_PORT', { host, port: 0 });
    });
    this.#env['HTTP_PORT'] = String(taken);
    return localUrl({ host, port: taken });
  }

  #embedded() {
    const { onProgress } = this.#options;
    return { env: this.#env, dataDir: this.#given.dataDir, onProgress };
  }

  async #keepPostgres(): Promise<void> {
    if (this.#given.databaseUrl !== null) return;
    const { onProgress, requests } = this.#options;
    onProgress('starting Postgres');
    const kept = new KeptServer({
      name: 'Postgres',
      start: (onExit, previous: Awaited<ReturnType<typeof startPostgres>> | null) =>
        startPostgres({ ...this.#embedded(), onExit, ...(previous === null ? {} : { port: previous.port }) }),
      onProgress,
      onRestart: this.#onRestart,
    });
    this.#keep('postgres', kept);
    this.#env['DATABASE_URL'] = (await kept.ready()).url;
    requests.stop.throwIfAborted();
  }

  /** The Web UI's address; null when Temporal is somebody else's. */
  async #keepTemporal(): Promise<string | null> {
    if (temporalConfigured(this.#given)) return null;
    const { onProgress, requests } = this.#options;
    onProgress('starting Temporal');
    const namespace = this.#given.env['TEMPORAL_NAMESPACE']?.trim() || 'default';
    const kept = new KeptServer({
      name: 'Temporal',
      start: (onExit, previous: TemporalServer | null) =>
        startTemporalServer({ ...this.#embedded(), namespace, onExit, ...portsOf(previous) }),
      onProgress,
      onRestart: this.#onRestart,
    });
    this.#keep('temporal', kept);
    const server = await kept.ready();
    Object.assign(this.#env, embeddedTemporal(this.#env, server));
    requests.stop.throwIfAborted();
    return server.webUi;
  }

  async #configuredTemporal(settings: Settings): Promise<ConnectedClient> {
    const client = await connectClient(settings);
    this.#ends.push(() => client.connection.close());
    await applyTemporalConfig(client.connection, client.options.namespace);
    return client;
  }

  #keep(name: string, kept: Pick<KeptServer<TemporalServer>, 'pid' | 'stop'>): void {
    this.#ends.push(() => kept.stop());
    this.#processes.push(() => (kept.pid === undefined ? [] : [{ name, pid: kept.pid }]));
  }

  /** Its own supervisor: it ends after the workers, whose last calls it still answers. */
  async #superviseSandbox(http: string): Promise<string> {
    // Two systems that start at once would both find 8090 free: who wants any port for webhooks gets any for this too.
    const { httpPort } = this.#given;
    const port = httpPort === 0 ? await anyFreePort() : await freePort(8090, [httpPort]);
    const sandbox = `http://127.0.0.1:${port}`;
    const tokens = this.#given.webhookTokens ?? [randomBytes(18).toString('base64url')];
    Object.assign(this.#env, {
      WEBHOOK_TOKEN: tokens.join(','),
      ...sandboxApi(sandbox),
      YAMATO_URL: `${sandbox}/cgi-bin/tneko`,
    });
    const webhookUrl = `${http}/webhooks/webscraper?token=${encodeURIComponent(tokens[0] ?? '')}`;
    const args = ['sandbox', '--port', String(port), '--webhook-url', webhookUrl];
    const supervisor = new Supervisor(this.#env, this.#given.dataDir, this.#onRestart);
    this.#processes.push(() => supervisor.processes());
    this.#ends.push(() => supervisor.stop(this.#options.requests.now));
    supervisor.start({ name: 'sandbox', args });
    return sandbox;
  }
}

const metricsOf = (port: number | undefined): NodeJS.ProcessEnv =>
  port === undefined ? {} : { METRICS_PORT: String(port) };

function portsOf(previous: TemporalServer | null): { port?: number; uiPort?: number } {
  if (previous === null) return {};
  return {
    port: Number(new URL(`http://${previous.address}`).port),
    uiPort: Number(new URL(previous.webUi).port),
  };
}
