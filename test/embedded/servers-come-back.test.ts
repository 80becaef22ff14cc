import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import { identify } from '../../src/embedded/process-identity.ts';
import { waitForLeftBehind, writeServerRecord } from '../../src/embedded/server-record.ts';
import { startTemporalServer } from '../../src/embedded/temporal/server.ts';
import { builtFile } from '../../src/paths.ts';

const env = process.env;
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tsuiseki-back-'));
  await chmod(dataDir, 0o711);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Kills the server, and waits until it is known that it has died. */
async function killedPostgres(busy: (url: string) => Promise<void> = async () => {}): Promise<void> {
  let died = () => {};
  const ended = new Promise<void>((resolve) => (died = resolve));
  const server = await startPostgres({ env, dataDir, onExit: () => died() });
  await busy(server.url);
  process.kill(server.pid, 'SIGKILL');
  await ended;
}

describe('Postgres comes back after kill -9', () => {
  it('although another process has the number that its lock file names', async () => {
    await killedPostgres();
    const data = join(dataDir, 'postgres', 'data');
    const { uid, gid } = await stat(data);
    const user = process.getuid?.() === 0 ? { uid, gid } : {};
    const other = spawn('sleep', ['60'], { ...user, cwd: '/' });
    try {
      const lockFile = join(data, 'postmaster.pid');
      const lock = (await readFile(lockFile, 'utf8')).split('\n');
      await writeFile(lockFile, [other.pid, ...lock.slice(1)].join('\n'));
      const recordFile = join(dataDir, 'postgres', 'server.json');
      const record = JSON.parse(await readFile(recordFile, 'utf8')) as { server: { pid: number } };
      await writeFile(
        recordFile,
        JSON.stringify({ ...record, server: { ...record.server, pid: other.pid } }),
      );
      const server = await startPostgres({ env, dataDir });
      await server.stop();
      expect(identify(other.pid ?? 0)).not.toBeNull();
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('once the last of its processes, in a long query, has ended', async () => {
    let query: Promise<unknown> = Promise.resolve();
    await killedPostgres(async (url) => {
      const sql = postgres(url, { max: 1 });
      await sql`select 1`;
      query = sql`select count(*) from generate_series(1, 3000000) n where md5(n::text) = ''`.catch(() => {});
      // It is under way when the next connection is told of it.
      const look = postgres(url, { max: 1 });
      await expect
        .poll(
          () =>
            look`select from pg_stat_activity where query like '%generate_series(1, 3%' and pid <> pg_backend_pid()`,
        )
        .toHaveLength(1);
      await look.end();
    });
    const server = await startPostgres({ env, dataDir });
    await query;
    await server.stop();
  });

  it('where it was killed while its data were being made', async () => {
    const half = join(dataDir, 'postgres', 'making-old', 'data');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'postmaster.pid'), `${process.pid}\n`);
    const server = await startPostgres({ env, dataDir });
    await server.stop();
    expect(existsSync(join(dataDir, 'postgres', 'making-old'))).toBe(false);
  });
});

it('Temporal comes back where it was killed while it made its tables', async () => {
  const folder = join(dataDir, 'temporal');
  await mkdir(folder);
  await Promise.all(
    ['temporal.db', 'temporal.db.incomplete'].map((name) => writeFile(join(folder, name), '')),
  );
  const server = await startTemporalServer({ env, dataDir });
  await server.stop();
  expect(readdirSync(folder)).not.toContain('temporal.db.incomplete');
});

describe.skipIf(!existsSync(builtFile('src/embedded/server-process.js')))('a killed owner', () => {
  it('leaves no server behind of which nothing is known', async () => {
    const script = `
      const [module, folder] = process.argv.slice(2);
      const { startServerProcess } = await import(module);
      const stopSignals = [];
      // Asked for by the watchdog: the server's process is there, its record not yet.
      stopSignals.flatMap = () => process.kill(process.pid, 'SIGKILL');
      await startServerProcess({ name: 'a server', file: '/usr/bin/touch', args: ['ran'], env: {}, cwd: folder,
        logFile: folder + '/log', recordFile: folder + '/server.json', stopSignals });`;
    const file = join(dataDir, 'owner.mjs');
    await writeFile(file, script);
    const module = pathToFileURL(builtFile('src/embedded/server-process.js')).href;
    const owner = spawn(process.execPath, [file, module, dataDir], { stdio: 'inherit' });
    expect(await once(owner, 'exit')).toEqual([null, 'SIGKILL']);
    await expect.poll(() => processesIn(dataDir)).toEqual([]);
    expect(readdirSync(dataDir).toSorted()).toEqual(['log', 'owner.mjs']);
  });
});

/** Of Linux; none elsewhere. */
function processesIn(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  });
}

it('processes that a killed supervisor left behind are waited for, and killed when they stay', async () => {
  const [ending, staying] = [spawn('sleep', ['0.3']), spawn('sleep', ['60'])];
  const ends = [once(ending, 'exit'), once(staying, 'exit')];
  writeServerRecord(join(dataDir, 'processes', 'ending.json'), ending.pid ?? 0);
  writeServerRecord(join(dataDir, 'processes', 'staying.json'), staying.pid ?? 0);
  await waitForLeftBehind(join(dataDir, 'processes'), 2_000);
  expect(await Promise.all(ends)).toEqual([
    [0, null],
    [null, 'SIGKILL'],
  ]);
});
