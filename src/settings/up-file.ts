import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';

/** What a running `up` writes below its data folder, for commands that have no settings of their own. */
export interface UpFile {
  ready: true;
  temporalAddress: string;
  temporalNamespace: string;
  /** Null: Temporal is somebody else's. */
  webUi: string | null;
  http: string;
  databaseUrl: string;
  sandbox: string | null;
  processes: { name: string; pid: number }[];
}

export function upFilePath(dataDir: string): string {
  return join(dataDir, 'up.json');
}

/** Null when none runs, or its file cannot be read: a command then says which setting it misses. */
export function readUpFile(dataDir: string): UpFile | null {
  try {
    const up = JSON.parse(readFileSync(upFilePath(dataDir), 'utf8')) as Partial<UpFile> | null;
    return typeof up?.databaseUrl === 'string' && typeof up.temporalAddress === 'string'
      ? (up as UpFile)
      : null;
  } catch {
    return null;
  }
}

/** Replaces the file in one step, so that nobody reads half of it. It holds the database's password: mode 0600. */
export function writeUpFile(dataDir: string, up: UpFile): void {
  const path = upFilePath(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(up)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeUpFile(dataDir: string): void {
  rmSync(upFilePath(dataDir), { force: true });
}

/** The variables that mean the API of `up`'s own sandbox. */
export const sandboxApi = (sandbox: string) => ({
  WEBSCRAPER_API_URL: `${sandbox}/api/v1`,
  WEBSCRAPER_API_TOKEN: 'sandbox',
});

/** Which version the workers are: of us, not of a server. */
const OUR_OWN: ReadonlySet<string> = new Set(['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID']);

/**
 * The variables that mean the embedded Temporal server and nothing beside it: a key, TLS or a configuration file
 * meant for another server would be read along with its address otherwise.
 */
export function embeddedTemporal(
  env: NodeJS.ProcessEnv,
  server: { address: string; namespace: string },
): NodeJS.ProcessEnv {
  const others = Object.keys(env).filter((name) => name.startsWith('TEMPORAL_') && !OUR_OWN.has(name));
  return {
    ...Object.fromEntries(others.map((name) => [name, ''])),
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    TEMPORAL_CONFIG_FILE: devNull,
  };
}
