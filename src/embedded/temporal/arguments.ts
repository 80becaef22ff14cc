import type { SearchAttributeTypes } from '../../temporal/apply-config.ts';

/**
 * Dynamic config of the dev server.
 *
 * - One partition a task queue: with the default of four, a queue's rate limit is split in four and each part
 *   has a burst of its own; with a pace of 2 s, gaps from 0.01 s to 8 s were measured.
 * - The front end's limits (2,400 requests/s, and 10/s for lists) are there to share a server among many; this one
 *   is ours alone, and they must not bind before its database does.
 */
export const DEV_SERVER_DYNAMIC_CONFIG: Readonly<Record<string, number | boolean>> = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceRPS.visibility': 200,
};

export interface DevServerPorts {
  readonly port: number;
  readonly uiPort: number;
  readonly metricsPort: number;
}

export interface DevServerArguments extends DevServerPorts {
  /** `undefined`: histories are kept in memory only. */
  readonly databaseFile: string | undefined;
  readonly namespace: string;
  readonly searchAttributes: SearchAttributeTypes;
}

/** The arguments of `temporal` for a dev server on the loopback address. */
export function devServerArguments(options: DevServerArguments): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--namespace', options.namespace];
  args.push('--port', String(options.port), '--ui-port', String(options.uiPort));
  args.push('--metrics-port', String(options.metricsPort), '--log-level', 'warn', '--log-format', 'json');
  if (options.databaseFile !== undefined) args.push('--db-filename', options.databaseFile);
  for (const [name, type] of Object.entries(options.searchAttributes)) {
    args.push('--search-attribute', `${name}=${type}`);
  }
  for (const [key, value] of Object.entries(DEV_SERVER_DYNAMIC_CONFIG)) {
    args.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
  }
  return args;
}
