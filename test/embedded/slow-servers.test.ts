import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../src/embedded/binaries/find.ts';
import { identify, isAlive } from '../../src/embedded/process-identity.ts';
import { startPostgres } from '../../src/embedded/postgres/server.ts';
import { canEnter } from '../../src/embedded/postgres/os-user.ts';
import type { OsUser } from '../../src/embedded/postgres/os-user.ts';
import { startTemporalServer } from '../../src/embedded/temporal/server.ts';
import { builtFile } from '../../src/paths.ts';

/** Starts both servers, says so, and stays until it is told to stop or killed. */
const owner = `
import { createInterface } from 'node:readline';
const [temporalModule, postgresModule, dataDir] = process.argv.slice(2);
const { startTemporalServer } = await import(temporalModule);
const { startPostgres } = await import(postgresModule);
const env = process.env;
const postgres = await startPostgres({ env, dataDir });
const temporal = await startTemporalServer({ env, dataDir, persistent: false });
console.log(JSON.stringify({ postgres: postgres.pid, temporal: temporal.pid, uid: process.getuid() }));
createInterface({ input: process.stdin }).on('line', async () => {
  await Promise.all([temporal.stop(), postgres.stop()]);
  process.exit(0);
});
`;
const temporalModule = builtFile('src/embedded/temporal/server.js');
const postgresModule = builtFile('src/embedded/postgres/server.js');
const isBuilt = existsSync(temporalModule) && existsSync(postgresModule);
/** `nobody`, on every system: an account without a home. */
const nobody: OsUser = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const nobodyCanRun = isRoot && isBuilt && (await canEnter(nobody, join(temporalModule, '..')));

interface Pids {
  readonly postgres: number;
  readonly temporal: number;
  readonly uid: number;
}

let folder: string;
let script: string;
let binFolder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsuiseki-processes-'));
  await chmod(folder, 0o755);
  script = join(folder, 'owner.mjs');
  await writeFile(script, owner);
  binFolder = join(folder, 'bin');
  await mkdir(binFolder);
  const { path } = await findTemporalCli({ env: process.env });
  await cp(path, join(binFolder, 'temporal'));
  await chmod(join(binFolder, 'temporal'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function spawnOwner(dataDir: string, account?: OsUser): ChildProcess {
  const urls = [temporalModule, postgresModule].map((file) => pathToFileURL(file).href);
  return spawn(process.execPath, [script, ...urls, dataDir], {
    ...account,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: `${binFolder}:/usr/bin:/bin`, HOME: '', TMPDIR: tmpdir() },
  });
}

async function firstLine(child: ChildProcess): Promise<Pids> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Pids;
  throw new Error('the owner ended before both servers were up');
}

/** Both end within the time a clean stop may take. */
async function waitForEnd(pids: Pids): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (Date.now() < deadlineMs && [pids.postgres, pids.temporal].some((pid) => identify(pid)))
    await sleep(25);
  expect(identify(pids.postgres)).toBeNull();
  expect(identify(pids.temporal)).toBeNull();
}

describe.skipIf(!isBuilt)('servers whose owner is killed', () => {
  it('end, and start again on the same data', async () => {
    const dataDir = join(folder, 'killed');
    const child = spawnOwner(dataDir);
    const pids = await firstLine(child);
    child.kill('SIGKILL');
    // No pause: the next start meets servers that are still ending.
    const options = { env: process.env, dataDir };
    const [postgres, temporal] = await Promise.all([
      startPostgres(options),
      startTemporalServer({ ...options, persistent: false }),
    ]);
    await Promise.all([postgres.stop(), temporal.stop()]);
    await waitForEnd(pids);
  }, 40_000);

  it('end also when nobody starts them again', async () => {
    const child = spawnOwner(join(folder, 'alone'));
    const pids = await firstLine(child);
    const identity = identify(pids.postgres);
    expect(identity !== null && isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await waitForEnd(pids);
  }, 40_000);
});

describe.skipIf(!nobodyCanRun)('servers of an ordinary user without a home', () => {
  it('start and stop', async () => {
    const dataDir = join(folder, 'nobody');
    await mkdir(dataDir);
    await chown(dataDir, nobody.uid, nobody.gid);
    const child = spawnOwner(dataDir, nobody);
    const pids = await firstLine(child);
    expect(pids.uid).toBe(nobody.uid);
    child.stdin?.write('stop\n');
    await waitForEnd(pids);
  }, 40_000);
});
