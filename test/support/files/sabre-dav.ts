import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/paths.ts';

/** What the server is to do wrong; told in test/fixtures/sabre-dav/server.php. */
export type SabreFault =
  /** A PUT is answered 204, and nothing written. */
  | 'drop-write'
  /** A PUT writes all but the last byte. */
  | 'alter'
  /** Right after a PUT someone else saves. */
  | 'overwrite'
  /** A PUT is answered 507. */
  | 'no-space'
  /** A GET sends half, then nothing, until the fault is cleared. */
  | 'stall'
  /** A GET sends half and closes the connection. */
  | 'truncate'
  /** No ETag in headers. */
  | 'no-etag'
  /** No ETag anywhere. */
  | 'no-etags'
  /** SEARCH is answered 405. */
  | 'no-search';

export interface SabreDav {
  /** The root of the files: what WEBDAV_URL would be. */
  url: string;
  username: string;
  password: string;
  /** Where the files are on this machine's disk. */
  folder: string;
  /** Locks a file (`webdav:/a.xlsx` or `/a.xlsx`), as a desktop program does that opens it. */
  lock: (path: string, owner: string) => Promise<void>;
  unlock: (path: string) => Promise<void>;
  /** The next `times` requests that the fault is about meet it. */
  fault: (name: SabreFault, times?: number) => Promise<void>;
  /** Clears faults and locks, and empties the folder. */
  reset: () => Promise<void>;
  close: () => Promise<void>;
}

const FAULTS: readonly SabreFault[] = [
  'drop-write',
  'alter',
  'overwrite',
  'no-space',
  'stall',
  'truncate',
  'no-etag',
  'no-etags',
  'no-search',
];
const FOR_EVER = 1_000_000;
const PATH = { PATH: process.env['PATH'] };

/** What this machine lacks for it, or null. */
export function sabreDavMissing(): string | null {
  const runs = (code: string): boolean => spawnSync('php', ['-r', code], { env: PATH }).status === 0;
  if (!runs("exit(extension_loaded('dom') && extension_loaded('mbstring') ? 0 : 1);"))
    return 'PHP is missing: apt-get install php-cli php-xml php-mbstring';
  if (!runs("require 'Sabre/autoload.php';")) return 'sabre/dav is missing: apt-get install php-sabre-dav';
  return null;
}

/**
 * Starts sabre/dav, the server inside Nextcloud, with Nextcloud's own file ids, folder ETags, upload times and search,
 * on a port of its own and with files in a folder of its own, which `close` removes.
 */
export async function startSabreDav(): Promise<SabreDav> {
  const state = await mkdtemp(join(tmpdir(), 'sabre-dav-'));
  const folder = join(state, 'files', 'bot');
  await mkdir(folder, { recursive: true });
  const [username, password] = ['bot', 'app-password'];
  const server = spawnServer({ SABRE_STATE: state, SABRE_USERNAME: username, SABRE_PASSWORD: password });
  const url = `${await addressOf(server)}/remote.php/dav/files/bot/`;
  const locks = new Map<string, string>();
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const urlOf = (path: string): string => url + encodeURI(path.replace(/^(?:webdav:)?\//, ''));
  const clearFaults = async (): Promise<void> => {
    for (const name of FAULTS) await rm(join(state, `fault-${name}`), { force: true });
  };
  return {
    url,
    username,
    password,
    folder,
    async lock(path, owner) {
      const body = `<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype><d:owner>${owner}</d:owner></d:lockinfo>`;
      const response = await fetch(urlOf(path), { method: 'LOCK', headers: { authorization }, body });
      if (!response.ok) throw new Error(`LOCK ${path} was answered ${response.status}`);
      locks.set(urlOf(path), response.headers.get('lock-token') ?? '');
    },
    async unlock(path) {
      const headers = { authorization, 'lock-token': locks.get(urlOf(path)) ?? '' };
      const response = await fetch(urlOf(path), { method: 'UNLOCK', headers });
      if (!response.ok) throw new Error(`UNLOCK ${path} was answered ${response.status}`);
    },
    fault: (name, times = FOR_EVER) => writeFile(join(state, `fault-${name}`), String(times)),
    async reset() {
      await clearFaults();
      await rm(join(state, 'locks'), { force: true });
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    },
    async close() {
      const ended = once(server, 'exit');
      server.stdin?.end();
      await ended;
      await rm(state, { recursive: true, force: true });
    },
  };
}

/**
 * PHP's own web server, several workers, in a process group of its own that a shell kills when its standard input
 * ends: with us, however we end.
 */
function spawnServer(env: Record<string, string>): ChildProcess {
  const script = join(packageRoot, 'test', 'fixtures', 'sabre-dav', 'server.php');
  const limits = ['-d', 'memory_limit=512M', '-d', 'opcache.enable_cli=0'];
  const command = 'php "$@" & cat >/dev/null; trap "" TERM; kill -TERM 0; wait';
  return spawn('/bin/sh', ['-c', command, 'sabre-dav', ...limits, '-S', '127.0.0.1:0', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...PATH, ...env, PHP_CLI_SERVER_WORKERS: '4' },
  });
}

/** PHP tells its address on standard error, once it listens; what it says later is let go. */
function addressOf(server: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    // Read to its end: a full pipe would stop all of its workers.
    server.stderr?.on('data', (chunk) => {
      said = (said + String(chunk)).slice(-4_000);
      const address = /\((http:\/\/127\.0\.0\.1:\d+)\) started/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    server.once('exit', () => reject(new Error(`sabre/dav did not start: ${said}`)));
  });
}
