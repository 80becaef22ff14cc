import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readTemporalNamespaceConfig } from '../../temporal/apply-config.ts';
import type { SearchAttributeTypes } from '../../temporal/apply-config.ts';
import { findTemporalCli } from '../binaries/find.ts';
import type { BinaryOptions } from '../binaries/find.ts';
import { asEmbeddedError, EmbeddedError } from '../errors.ts';
import { anyFreePort, freePort } from '../ports.ts';
import { serverEnvironment, startServerProcess } from '../server-process.ts';
import type { ServerExit, ServerProcess } from '../server-process.ts';
import { endStaleServer } from '../server-record.ts';
import type { StopSignals } from '../server-record.ts';
import { devServerArguments } from './arguments.ts';
import type { DevServerPorts } from './arguments.ts';
import { histories } from './histories.ts';
import { waitForTemporal } from './ready.ts';

export interface TemporalServerOptions extends BinaryOptions {
  /** Histories go to `temporal/` below it, the log to `logs/temporal.log`. */
  readonly dataDir: string;
  /** Default: 7233 when free, else any. One that is given is used or fails. */
  readonly port?: number;
  /** Default: 8233 when free, else any. */
  readonly uiPort?: number;
  readonly namespace?: string;
  /** Default: those of `temporal-config/`. */
  readonly searchAttributes?: SearchAttributeTypes;
  /** `false`: in memory, three times as fast, gone at its end. */
  readonly persistent?: boolean;
  readonly logFile?: string;
  readonly readyTimeoutMs?: number;
  /** It ended without `stop`. */
  readonly onExit?: (exit: ServerExit) => void;
}

export interface TemporalServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly namespace: string;
  /** URL of the Web UI. */
  readonly webUi: string;
  readonly metricsUrl: string;
  readonly logFile: string;
  readonly pid: number;
  /** Ends it and waits for its end; may be called again. */
  stop(): Promise<void>;
}

/** A cold start takes 1 to 3 s; a busy machine or a large database take longer. */
const DEFAULT_READY_TIMEOUT_MS = 60_000;
/** A free port may be taken by somebody else before the server has it. */
const MAX_PORT_ATTEMPTS = 3;
/** The dev server ends in well under a second; SQLite's journal makes a kill safe. */
const STOP_SIGNALS: StopSignals = [
  ['SIGTERM', 8_000],
  ['SIGKILL', 2_000],
];

/**
 * Starts Temporal's dev server with its Web UI on the loopback address and returns when it is ready: namespace,
 * search attributes, 30 days of retention. Histories survive restarts. It does not outlive this process.
 *
 * @throws EmbeddedError as `findTemporalCli`; `IN_USE` while another process runs one on this folder;
 *   `PORT_TAKEN`, `START_FAILED`, `START_TIMEOUT`.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  try {
    const cli = await findTemporalCli(options);
    const folder = join(options.dataDir, 'temporal');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Before ports are chosen: the old one gives its own back.
    await endStaleServer(recordFile(folder), 'Temporal', STOP_SIGNALS);
    return await startOnFreePorts({ ...options, dataDir: resolve(options.dataDir) }, cli.path);
  } catch (error) {
    throw asEmbeddedError('Temporal cannot start', error);
  }
}

function recordFile(folder: string): string {
  return join(folder, 'server.json');
}

async function startOnFreePorts(options: TemporalServerOptions, file: string): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(options, attempt);
    try {
      return await startOnPorts(options, file, ports);
    } catch (error) {
      const portLost = error instanceof EmbeddedError && error.code === 'PORT_TAKEN';
      if (!portLost || attempt >= MAX_PORT_ATTEMPTS) throw error;
    }
  }
}

async function choosePorts(options: TemporalServerOptions, attempt: number): Promise<DevServerPorts> {
  const choose = (preferred: number, taken: readonly number[]): Promise<number> =>
    attempt === 1 ? freePort(preferred, taken) : anyFreePort(taken);
  const given = [options.port, options.uiPort].filter((port) => port !== undefined);
  const port = options.port ?? (await choose(7233, given));
  const uiPort = options.uiPort ?? (await choose(8233, [port]));
  return { port, uiPort, metricsPort: await anyFreePort([port, uiPort]) };
}

async function startOnPorts(
  options: TemporalServerOptions,
  file: string,
  ports: DevServerPorts,
): Promise<TemporalServer> {
  const config = readTemporalNamespaceConfig();
  const searchAttributes = options.searchAttributes ?? config.searchAttributes;
  const namespace = options.namespace ?? 'default';
  const folder = join(options.dataDir, 'temporal');
  const logFile = options.logFile ?? join(options.dataDir, 'logs', 'temporal.log');
  const kept = options.persistent === false ? null : histories(folder);
  let ready = false;
  const server: ServerProcess = await startServerProcess({
    name: 'Temporal',
    file,
    args: devServerArguments({ ...ports, databaseFile: kept?.file, namespace, searchAttributes }),
    env: serverEnvironment(options.env),
    cwd: folder,
    logFile,
    recordFile: recordFile(folder),
    stopSignals: STOP_SIGNALS,
    onExit: (exit) => {
      if (ready) options.onExit?.(exit);
    },
  });
  const address = `127.0.0.1:${ports.port}`;
  const timeoutMs = options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS;
  try {
    const wanted = { ...config, searchAttributes };
    await waitForTemporal({ server, address, namespace, config: wanted, logFile, timeoutMs });
  } catch (error) {
    await server.stop();
    throw error;
  }
  ready = true;
  kept?.complete();
  return {
    address,
    namespace,
    webUi: `http://127.0.0.1:${ports.uiPort}`,
    metricsUrl: `http://127.0.0.1:${ports.metricsPort}/metrics`,
    logFile,
    pid: server.pid,
    stop: () => server.stop(),
  };
}
