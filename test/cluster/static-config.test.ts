import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { serverMissing, TEMPORAL_VERSION } from '../../cluster/server-programs.ts';
import { staticConfig } from '../../cluster/static-config.ts';
import { packageRoot } from '../../src/paths.ts';

it('the server that is built is the one of docker-compose.yml', () => {
  const compose = readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8');
  expect(compose).toContain(`image: temporalio/server:\${TEMPORAL_TAG:-${TEMPORAL_VERSION}}`);
});

it('where there is neither the server nor Go, that is told', () => {
  const env = { PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere' };
  expect(serverMissing(env)).toContain('there is no `go` on PATH');
});

it('a member has its own ports, the names of all services, and the dynamic config that we ship', () => {
  const config = parse(
    staticConfig({
      service: 'history',
      ports: { grpc: 1, membership: 2 },
      frontendPort: 3,
      postgresUrl: 'postgres://me:p%40ss@127.0.0.1:5432/any',
      shards: 4,
    }),
  ) as {
    services: Record<string, unknown>;
    persistence: { numHistoryShards: number; datastores: Record<string, { sql: unknown }> };
    dynamicConfigClient: { filepath: string };
  };
  expect(config.services).toMatchObject({
    frontend: {},
    history: { rpc: { grpcPort: 1, membershipPort: 2, bindOnIP: '127.0.0.1' } },
    matching: {},
    worker: {},
  });
  expect(config.persistence).toMatchObject({
    numHistoryShards: 4,
    datastores: {
      default: { sql: { databaseName: 'temporal', connectAddr: '127.0.0.1:5432', password: 'p@ss' } },
      visibility: { sql: { databaseName: 'temporal_visibility' } },
    },
  });
  expect(existsSync(config.dynamicConfigClient.filepath)).toBe(true);
});
