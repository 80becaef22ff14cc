import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';

export const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;
export type Service = (typeof SERVICES)[number];

export interface MemberPorts {
  grpc: number;
  membership: number;
}

export interface StaticConfigOptions {
  service: Service;
  /** Its own; those of others a member learns from the members themselves. */
  ports: MemberPorts;
  /** Of the front end that the server's own workflows call. */
  frontendPort: number;
  /** Superuser's URL of the PostgreSQL server that has both databases. */
  postgresUrl: string;
  /** Never to be changed once the databases are made. */
  shards: number;
}

export const DATABASES = { default: 'temporal', visibility: 'temporal_visibility' } as const;

const HOST = '127.0.0.1';
/** Six members with two stores each must fit into PostgreSQL's 200 connections. */
const MAX_CONNECTIONS = 12;

function store(postgresUrl: string, databaseName: string): object {
  const { hostname, port, username, password } = new URL(postgresUrl);
  return {
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `${hostname}:${port}`,
      connectProtocol: 'tcp',
      user: username,
      password: decodeURIComponent(password),
      maxConns: MAX_CONNECTIONS,
      maxIdleConns: MAX_CONNECTIONS,
      maxConnLifetime: '1h',
    },
  };
}

/**
 * The configuration of one member, a service in a process of its own. All four services must be named in it: without
 * its name a service has no ring. YAML by being JSON.
 */
export function staticConfig(options: StaticConfigOptions): string {
  const { service, ports, frontendPort, postgresUrl, shards } = options;
  const services = SERVICES.map((name) => {
    const { grpc, membership } = name === service ? ports : { grpc: 0, membership: 0 };
    return [name, { rpc: { grpcPort: grpc, membershipPort: membership, bindOnIP: HOST } }];
  });
  return JSON.stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: shards,
      datastores: {
        default: store(postgresUrl, DATABASES.default),
        visibility: store(postgresUrl, DATABASES.visibility),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: HOST } },
    services: Object.fromEntries(services),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${HOST}:${frontendPort}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: {
      filepath: join(packageRoot, 'temporal-config', 'dynamic-config.yaml'),
      pollInterval: '10s',
    },
  });
}
