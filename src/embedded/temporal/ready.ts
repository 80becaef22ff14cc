import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { errorMessage } from '../../errors.ts';
import { applyTemporalConfig } from '../../temporal/apply-config.ts';
import type { TemporalNamespaceConfig } from '../../temporal/apply-config.ts';
import { EmbeddedError } from '../errors.ts';
import { startFailure } from '../server-process.ts';
import type { ServerProcess } from '../server-process.ts';

const POLL_MS = 40;
const CONNECT_TIMEOUT_MS = 2_000;
/** `Temporal Server:      localhost:7233`, printed once it listens; older CLIs leave the first word out. */
const BANNER_PATTERN = /^(Temporal )?Server:\s/m;

export interface ReadyOptions {
  readonly server: ServerProcess;
  readonly address: string;
  readonly namespace: string;
  readonly config: TemporalNamespaceConfig;
  readonly logFile: string;
  readonly timeoutMs: number;
}

/**
 * Returns when the dev server answers and its namespace is as it should be.
 *
 * @throws EmbeddedError `START_FAILED` when it ends before that, `START_TIMEOUT`.
 */
export async function waitForTemporal(options: ReadyOptions): Promise<void> {
  const deadlineMs = Date.now() + options.timeoutMs;
  let started = false;
  let lastError: unknown = 'it has not said that it is ready';
  while (Date.now() < deadlineMs) {
    const { exit } = options.server;
    if (exit !== undefined) throw startFailure('Temporal', exit, options.logFile);
    // Its own banner, not only an open port: another server may have been faster to take it.
    started ||= BANNER_PATTERN.test(options.server.logTail());
    if (started) {
      try {
        await prepareNamespace(options);
        return;
      } catch (error) {
        lastError = error;
      }
    }
    await sleep(POLL_MS);
  }
  const text = `Temporal did not answer at ${options.address} within ${options.timeoutMs / 1000} s: ${errorMessage(lastError, 200)}; log: ${options.logFile}`;
  throw new EmbeddedError('START_TIMEOUT', text, { cause: lastError });
}

async function prepareNamespace({ address, namespace, config }: ReadyOptions): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    // The dev server makes its namespaces with a retention of one day: last week's batches would be gone.
    await applyTemporalConfig(connection, namespace, config);
  } finally {
    await connection.close();
  }
}
