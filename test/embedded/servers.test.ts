import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, identify } from '../../src/embedded/process-identity.ts';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import type { PostgresServer } from '../../src/embedded/postgres/server.ts';
import { startTemporalServer } from '../../src/embedded/temporal/server.ts';
import { startTemporaryPostgres } from '../../src/embedded/postgres/temporary.ts';
import { applyTemporalConfig, readTemporalNamespaceConfig } from '../../src/temporal/apply-config.ts';

const env = process.env;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tsuiseki-embedded-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function query<T>(url: string, run: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await run(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function expectNothingLeft(pid: number): void {
  expect(identify(pid)).toBeNull();
}

describe('the embedded Postgres', () => {
  it('answers, ends, and has its data when it is started again', async () => {
    const first = await startPostgres({ env, dataDir });
    try {
      const [row] = await query(first.url, async (sql) => {
        await sql`create table kept (name text)`;
        await sql`insert into kept values ('追跡')`;
        return sql`select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
          current_setting('listen_addresses') as addresses, current_setting('jit') as jit`;
      });
      expect(row).toMatchObject({ encoding: 'UTF8', fsync: 'on', addresses: '127.0.0.1', jit: 'off' });
    } finally {
      await first.stop();
    }
    expectNothingLeft(first.pid);

    const second = await startPostgres({ env, dataDir });
    try {
      expect(await query(second.url, (sql) => sql`select name from kept`)).toMatchObject([{ name: '追跡' }]);
      expect(new URL(second.url).password).toBe(new URL(first.url).password);
    } finally {
      await second.stop();
    }
    expectNothingLeft(second.pid);
  });

  it('keeps its password to itself', async () => {
    const file = join(dataDir, 'postgres', 'password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const password = (await readFile(file, 'utf8')).trim();
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(await readdir(join(dataDir, 'postgres'))).toEqual(['data', 'password']);
  });

  it('tells when it ends by itself, and refuses a second one on the same data', async () => {
    const exits = new EventEmitter();
    const ended = once(exits, 'exit');
    const server = await startPostgres({ env, dataDir, onExit: (exit) => exits.emit('exit', exit) });
    await expect(startPostgres({ env, dataDir })).rejects.toMatchObject({ code: 'IN_USE' });
    process.kill(server.pid, 'SIGQUIT');
    expect(await ended).toMatchObject([{ signal: null }]);
    await server.stop();
  });

  it('says in one line why it cannot start', async () => {
    const running = await startPostgres({ env, dataDir });
    const other = await mkdtemp(join(tmpdir(), 'tsuiseki-embedded-'));
    try {
      const error = await startPostgres({ env, dataDir: other, port: running.port }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'PORT_TAKEN' });
      expect(String(error)).toMatch(/PostgreSQL ended at once .*; log: .*postgres\.log$/);
    } finally {
      await running.stop();
      await rm(other, { recursive: true, force: true });
    }
  });

  it('leaves no trace when it is a temporary one', async () => {
    const servers: PostgresServer[] = await Promise.all([
      startTemporaryPostgres({ env }),
      startTemporaryPostgres({ env }),
    ]);
    for (const server of servers) {
      expect(await query(server.url, (sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);
      await server.stop();
      expectNothingLeft(server.pid);
      await expect(stat(server.logFile)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});

describe('the embedded Temporal server', () => {
  it('is ready with namespace and search attributes, ends, and has its histories when started again', async () => {
    const first = await startTemporalServer({ env, dataDir });
    try {
      const connection = await Connection.connect({ address: first.address });
      const { namespace } = first;
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const { searchAttributes, retentionDays } = readTemporalNamespaceConfig();
      expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(searchAttributes)));
      const described = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(described.config?.workflowExecutionRetentionTtl?.seconds)).toBe(retentionDays * 86_400);
      // Applying it again changes nothing; a namespace of its own gets the same.
      expect(await applyTemporalConfig(connection, namespace)).toEqual({
        namespaceCreated: false,
        retention: { days: retentionDays, raised: false, refused: null },
        searchAttributesAdded: [],
      });
      expect(await applyTemporalConfig(connection, 'parcels')).toEqual({
        namespaceCreated: true,
        retention: { days: retentionDays, raised: false, refused: null },
        searchAttributesAdded: Object.keys(searchAttributes),
      });
      // Whoever keeps more has a reason.
      const workflowExecutionRetentionPeriod = msToTs(90 * 86_400_000);
      await connection.workflowService.registerNamespace({
        namespace: 'kept-longer',
        workflowExecutionRetentionPeriod,
      });
      expect(await applyTemporalConfig(connection, 'kept-longer')).toMatchObject({
        retention: { days: 90, raised: false, refused: null },
      });
      expect((await fetch(first.webUi)).ok).toBe(true);
      await connection.close();
    } finally {
      await first.stop();
    }
    expectNothingLeft(first.pid);

    const second = await startTemporalServer({ env, dataDir });
    const connection = await Connection.connect({ address: second.address });
    try {
      const described = await connection.workflowService.describeNamespace({ namespace: 'parcels' });
      expect(described.namespaceInfo?.name).toBe('parcels');
      await expect(startTemporalServer({ env, dataDir })).rejects.toMatchObject({ code: 'IN_USE' });
    } finally {
      await connection.close();
      await second.stop();
    }
    expect(identify(second.pid)).toBeNull();
  }, 40_000);

  it('runs beside another one, on other ports', async () => {
    const servers = await Promise.all(
      ['one', 'two'].map((name) =>
        startTemporalServer({ env, dataDir: join(dataDir, name), persistent: false }),
      ),
    );
    expect(new Set(servers.map((server) => server.address)).size).toBe(2);
    for (const server of servers) {
      const identity = identify(server.pid);
      expect(identity !== null && isAlive(identity)).toBe(true);
      await server.stop();
    }
  }, 40_000);
});
