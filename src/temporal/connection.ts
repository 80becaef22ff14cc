import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type Settings, SettingsError, temporalConfigured } from '../config.ts';
import { errorMessage, TsuisekiError } from '../errors.ts';

export class TemporalUnavailable extends TsuisekiError<'TEMPORAL_UNAVAILABLE'> {}

/** Address, namespace, key and TLS as every Temporal tool reads them. Throws SettingsError when nothing is set. */
export function temporalOptions(settings: Settings) {
  if (!temporalConfigured(settings))
    throw new SettingsError(
      'SETTINGS_MISSING',
      'TEMPORAL_ADDRESS is not set, and no `tsuiseki up` runs on this folder',
    );
  const env = Object.fromEntries(
    Object.entries(settings.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return loadClientConnectConfig({ overrideEnvVars: env });
}

/** A client that owns its connection: close it at the end. */
export type ConnectedClient = Client & { readonly connection: Connection };

/** Connects a client; throws {@link TemporalUnavailable} with the address. */
export async function connectClient(settings: Settings): Promise<ConnectedClient> {
  const { connectionOptions, namespace } = temporalOptions(settings);
  try {
    const connection = await Connection.connect({ connectTimeout: '10s', ...connectionOptions });
    return new Client({ connection, namespace: namespace ?? 'default' }) as ConnectedClient;
  } catch (error) {
    const address = connectionOptions.address ?? 'localhost:7233';
    throw new TemporalUnavailable(
      'TEMPORAL_UNAVAILABLE',
      `Temporal at ${address} cannot be reached: ${errorMessage(error, 200)}`,
      { cause: error },
    );
  }
}
