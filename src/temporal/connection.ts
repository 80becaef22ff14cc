import { devNull } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import type { ClientInterceptors } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SettingsError, temporalConfigured } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';
import { tracedCalls, tracesOf } from './traces.ts';

export class TemporalUnavailable extends TsuisekiError<'TEMPORAL_UNAVAILABLE'> {}

/** A server that is there answers in milliseconds; who typed a command does not wait ten seconds to hear it is not. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Address, namespace, key and TLS as every Temporal tool reads them. Throws SettingsError when nothing is set, or
 * what is set cannot be read.
 */
export function temporalOptions(settings: Settings) {
  if (!temporalConfigured(settings))
    throw new SettingsError(
      'SETTINGS_MISSING',
      'TEMPORAL_ADDRESS is not set, and no `tsuiseki up` runs on this folder',
    );
  // Temporal's own reader takes an empty key for a key, and with it TLS; to us what is empty is unset. An empty
  // header means something to it: it takes back one of the configuration file.
  const env = Object.fromEntries(
    Object.entries(settings.env).flatMap(([name, value]) =>
      value === undefined || (value === '' && !name.startsWith('TEMPORAL_GRPC_META_')) ? [] : [[name, value]],
    ),
  );
  try {
    // Its reader fails on a file that is empty, as this one is: it stands for none.
    return loadClientConnectConfig({
      overrideEnvVars: env,
      disableFile: env['TEMPORAL_CONFIG_FILE'] === devNull,
    });
  } catch (error) {
    const named = ['TEMPORAL_CONFIG_FILE', 'TEMPORAL_PROFILE', 'TEMPORAL_TLS_…'].filter(
      (name) => name.endsWith('…') || env[name] !== undefined,
    );
    throw new SettingsError(
      'SETTINGS_INVALID',
      `${named.join(', ')} cannot be used: ${errorMessage(error, 300)}`,
      { cause: error },
    );
  }
}

/** A client that owns its connection: close it at the end. */
export type ConnectedClient = Client & { readonly connection: Connection };

/** Connects a client, traced where that is configured; throws {@link TemporalUnavailable} with the address. */
export async function connectClient(
  settings: Settings,
  connectTimeout = CONNECT_TIMEOUT_MS,
): Promise<ConnectedClient> {
  const { connectionOptions, namespace } = temporalOptions(settings);
  try {
    const connection = await Connection.connect({ connectTimeout, ...connectionOptions });
    const warn = (text: string) => process.stderr.write(`${text}\n`);
    const interceptors = await tracedCalls(await tracesOf(settings, 'cli', warn));
    return new Client({ connection, namespace: namespace ?? 'default', interceptors }) as ConnectedClient;
  } catch (error) {
    const address = connectionOptions.address ?? 'localhost:7233';
    throw new TemporalUnavailable(
      'TEMPORAL_UNAVAILABLE',
      `Temporal at ${address} cannot be reached: ${errorMessage(error, 200)}`,
      { cause: error },
    );
  }
}

/**
 * A client that connects with its first call, and again whenever it must: Temporal may be away at the start. Its calls
 * are tried once: whoever made one hears at once that Temporal is away, and the SDK's retries, which come out of a
 * timer, would end the process when they meet a connection that was closed in the meantime.
 */
export function lazyClient(settings: Settings, interceptors: ClientInterceptors): ConnectedClient {
  const { connectionOptions, namespace } = temporalOptions(settings);
  const connection = Connection.lazy({ ...connectionOptions, interceptors: [] });
  return new Client({ connection, namespace: namespace ?? 'default', interceptors }) as ConnectedClient;
}

/** Resolves when the server answers in that time. */
export async function pingTemporal({ connection }: ConnectedClient, timeoutMs: number): Promise<void> {
  await connection.withDeadline(Date.now() + timeoutMs, () => connection.workflowService.getSystemInfo({}));
}
