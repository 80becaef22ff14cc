import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyFreePort } from '../../../src/embedded/ports.ts';
import { postgresUser } from '../../../src/embedded/postgres/os-user.ts';

/** Where Debian has them, the newest version's. */
const VERSIONS = '/usr/lib/postgresql';
const version = existsSync(VERSIONS)
  ? readdirSync(VERSIONS)
      .toSorted((a, b) => Number(b) - Number(a))
      .find((each) => existsSync(join(VERSIONS, each, 'bin/initdb')))
  : undefined;

/** Why a server with its own tools cannot be started; null: it can. */
export const missingPostgres =
  version === undefined ? 'PostgreSQL is missing: apt-get install postgresql' : null;

export type SystemPostgres = Awaited<ReturnType<typeof startSystemPostgres>>;

/** The system's PostgreSQL with its own tools (`pg_dump`), in folders that are removed at the end. */
export async function startSystemPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'tsuiseki-system-postgres-'));
  const user = await postgresUser(join(folder, 'data'), process.env);
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(VERSIONS, version ?? '', 'bin', program), args, {
      ...user,
      cwd: folder,
      stdio: 'ignore',
    });
  const port = await anyFreePort();
  const data = (name: string) => join(folder, name);
  const control = (name: string, ...args: string[]) =>
    run('pg_ctl', '--wait', '--pgdata', data(name), ...args);
  let running: string | null = null;
  const server = {
    url: `postgres://tsuiseki@127.0.0.1:${port}/tsuiseki`,
    folder,
    tool: (program: string, ...args: string[]) =>
      run(program, '--host', '127.0.0.1', '--port', String(port), '--username', 'tsuiseki', ...args),
    start(name: string): void {
      const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`;
      control(name, '--log', join(folder, 'log'), '--options', options, 'start');
      running = name;
    },
    stop(): void {
      if (running !== null) control(running, '--mode', 'fast', 'stop');
      running = null;
    },
    /** As a backup of a volume is put back: every file made anew, with the times it had. */
    copyFolder(from: string, to: string): void {
      execFileSync('cp', ['-a', data(from), data(to)], { ...user });
    },
    /** Its next start recovers it from its log, to the end of that. */
    recover(name: string): void {
      writeFileSync(join(data(name), 'recovery.signal'), '');
      appendFileSync(join(data(name), 'postgresql.auto.conf'), "restore_command = 'false'\n");
    },
    remove(): void {
      server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  run(
    'initdb',
    '--pgdata',
    data('data'),
    '--username',
    'tsuiseki',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--no-sync',
  );
  server.start('data');
  server.tool('createdb', 'tsuiseki');
  return server;
}
