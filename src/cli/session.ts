import { loadSettings, SettingsError } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { findBatch } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import { openDatabase } from '../db/database.ts';
import type { Database } from '../db/database.ts';
import { openFiles } from '../files/open-files.ts';
import type { FileStore } from '../files/types.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { rootMessage, TsuisekiError } from '../errors.ts';

class CommandError extends TsuisekiError<'BATCH_UNKNOWN' | 'DATABASE_UNAVAILABLE'> {}

/** The server alone: the rest of a URL is nobody's business. */
const hostOf = (url: string | null) => (url === null ? '' : new URL(url).host);

/** Runs a command on the database; a database that is away is one line. */
export async function withDatabase<T>(
  run: (database: Database, settings: Settings) => Promise<T>,
): Promise<T> {
  const settings = loadSettings();
  if (settings.databaseUrl === null)
    throw new SettingsError(
      'SETTINGS_MISSING',
      'DATABASE_URL is not set, and no `tsuiseki up` runs on this folder',
    );
  const database = openDatabase(settings.databaseUrl, { maxConnections: 2 });
  try {
    await database.sql`select 1`.catch((error: unknown) => {
      throw new CommandError(
        'DATABASE_UNAVAILABLE',
        `the database at ${hostOf(settings.databaseUrl)} cannot be used: ${rootMessage(error, 200)}`,
        { cause: error },
      );
    });
    return await run(database, settings);
  } finally {
    await database.close();
  }
}

/** The same with Temporal. */
export function withTemporal<T>(
  run: (deps: {
    database: Database;
    client: ConnectedClient;
    settings: Settings;
    files: FileStore;
  }) => Promise<T>,
): Promise<T> {
  return withDatabase(async (database, settings) => {
    // What asks the database alone need not wait for Temporal's client to be loaded.
    const { connectClient } = await import('../temporal/connection.ts');
    const client = await connectClient(settings);
    try {
      return await run({ database, client, settings, files: openFiles(settings, database) });
    } finally {
      await client.connection.close();
    }
  });
}

/** A batch by batchId or workflowId; an unknown one is an error. */
export async function batchNamed(database: Database, reference: string): Promise<Batch> {
  const batch = await findBatch(database.db, reference);
  if (batch === null)
    throw new CommandError('BATCH_UNKNOWN', `no batch ${reference}; \`tsuiseki list\` shows them`);
  return batch;
}
