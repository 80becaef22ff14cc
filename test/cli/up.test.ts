import { mkdirSync, readFileSync, statSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { identify } from '../../src/embedded/process-identity.ts';
import type { UpFile } from '../../src/settings/up-file.ts';
import { ended, startUp, workplace } from '../support/cli/workplace.ts';
import type { Up } from '../support/cli/workplace.ts';

const NAMES = [
  'acquisition',
  'aggregation',
  'http',
  'postgres',
  'publish_tracking',
  'sandbox',
  'temporal',
  'tracking_batch',
  'tracking_excel',
  'tracking_webhook',
  'yamato_tracking_10',
];
/** Of a machine with other things to do. */
const PATIENCE_MS = 60_000;

const place = workplace();
const dataDir = join(place.folder, 'data');
const upFile = join(dataDir, 'up.json');
const env = { PUBLISH_INTERVAL: '50ms', LOG_LEVEL: 'warn' };
/** One system for the whole file, in the order of the tests: it takes seconds to start. */
let up: Up;

const alive = (pid: number) => identify(pid) !== null;
const written = () => JSON.parse(readFileSync(upFile, 'utf8')) as UpFile;
const pidOf = (name: string) => written().processes.find((each) => each.name === name)?.pid ?? 0;

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await delay(25);
  }
}

beforeAll(async () => {
  up = await startUp(place, env);
}, PATIENCE_MS);

afterAll(async () => {
  await up?.stop();
  place.remove();
}, PATIENCE_MS);

it('tells where everything is, and writes the same where only we can read it', async () => {
  expect(up.told).toMatchObject({
    ready: true,
    temporalAddress: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    webUi: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    databaseUrl: expect.stringMatching(/^postgres:\/\//),
  });
  const names = up.told.processes.map(({ name }) => name);
  expect(names.toSorted()).toEqual(NAMES);
  expect(new Set(up.told.processes.map(({ pid }) => pid)).size).toBe(NAMES.length);
  expect(up.told.processes.filter(({ pid }) => !alive(pid))).toEqual([]);
  expect(written()).toEqual(up.told);
  expect(statSync(upFile).mode & 0o777).toBe(0o600);
  expect((await fetch(`${up.told.http}/readyz`)).status).toBe(200);
  expect((await fetch(up.told.webUi ?? '')).status).toBe(200);
});

it('a second one on that folder: exit 1, one line', async () => {
  const second = await place.run(['up', '--sandbox', '--json'], env);
  expect(second).toEqual({
    code: 1,
    out: '',
    err: `tsuiseki is up already on ${dataDir} (process ${up.child.pid}); stop it, or set TSUISEKI_DATA_DIR\n`,
  });
  expect((await fetch(`${up.told.http}/readyz`)).status).toBe(200);
});

it('other commands find it through TSUISEKI_DATA_DIR alone', { timeout: PATIENCE_MS }, async () => {
  const folder = join(place.folder, 'yamato_tracking_only');
  mkdirSync(folder);
  const path = join(folder, 'YTO-1.xlsx');
  await writeSampleWorkbook(path, { task: 'yamato_tracking_only', rows: 3, invalidRow: true });
  // Meant for another Temporal: must not be taken for this one's.
  const others = { TEMPORAL_API_KEY: 'hush', TEMPORAL_NAMESPACE: 'elsewhere' };
  const started = await place.run(['start', path, '--wait', '--json'], others);
  expect(started).toMatchObject({ code: 0, err: '' });
  const { batchId, workflowId } = JSON.parse(started.out) as { batchId: string; workflowId: string };
  expect(workflowId).toBe(`tracking:yamato_tracking_only:YTO-1.xlsx:${batchId}`);
  const [list, status, watch] = await Promise.all(
    [['list'], ['status', workflowId], ['watch', batchId]].map((args) => place.run([...args, '--json'])),
  );
  const expected = { batchId, state: 'completed', counts: { total: 4, completed: 3, invalid: 1 } };
  expect(JSON.parse(list?.out ?? '')).toMatchObject([expected]);
  expect(JSON.parse(status?.out ?? '')).toMatchObject(expected);
  expect(JSON.parse(watch?.out ?? '')).toMatchObject(expected);
});

it('what cannot start leaves no batch', { timeout: PATIENCE_MS }, async () => {
  const before = (await place.run(['list', '--json'])).out;
  const path = join(place.folder, 'yamato_tracking_only', 'YTO-1.xlsx');
  const codes = await Promise.all(
    [
      [path, '--task', 'bogus'],
      ['/elsewhere/x.xlsx', '--task', 'bogus'],
      [join(place.folder, 'yamato_tracking_only', 'YTO-none.xlsx')],
      [upFile],
    ].map(async (args) => (await place.run(['start', ...args, '--json'])).code),
  );
  expect(codes).toEqual([2, 2, 1, 2]);
  expect((await place.run(['list', '--json'])).out).toBe(before);
});

it('starts again what is killed: a worker, the database, Temporal', { timeout: PATIENCE_MS }, async () => {
  const killed = ['publish_tracking', 'postgres', 'temporal'].map((name) => ({ name, pid: pidOf(name) }));
  for (const { pid } of killed) process.kill(pid, 'SIGKILL');
  await until('new process ids are told', () =>
    killed.every(({ name, pid }) => ![0, pid].includes(pidOf(name))),
  );
  expect(killed.filter(({ pid }) => alive(pid))).toEqual([]);
  expect(written()).toMatchObject({
    databaseUrl: up.told.databaseUrl,
    temporalAddress: up.told.temporalAddress,
  });
  await until('all is ready again', async () => (await fetch(`${up.told.http}/readyz`)).ok);
  expect(await place.run(['list', '--json'])).toMatchObject({ code: 0 });
});

it('kill -9 of it leaves nothing behind, and the next one works', { timeout: 2 * PATIENCE_MS }, async () => {
  const { processes } = written();
  up.child.kill('SIGKILL');
  await up.end;
  await until('all have ended', () => processes.every(({ pid }) => !alive(pid)));
  const { code, err } = await place.run(['list']);
  expect(code).toBe(1);
  expect(err).toMatch(/^the database at 127\.0\.0\.1:\d+ cannot be used: connect ECONNREFUSED[^\n]*\n$/);
  up = await startUp(place, env);
  const list = await place.run(['list', '--json']);
  expect(JSON.parse(list.out)).toMatchObject([{ state: 'completed' }]);
});

it('SIGTERM ends all of it', { timeout: PATIENCE_MS }, async () => {
  const { processes } = written();
  up.child.kill('SIGTERM');
  const { code, out } = await up.end;
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(1);
  expect(processes.filter(({ pid }) => alive(pid))).toEqual([]);
  expect(existsSync(upFile)).toBe(false);
  const { err } = await place.run(['list']);
  expect(err).toBe('DATABASE_URL is not set, and no `tsuiseki up` runs on this folder\n');
});

it('SIGTERM while it starts ends what it had started', { timeout: PATIENCE_MS }, async () => {
  for (const moment of ['starting Postgres', 'starting workers']) {
    const child = place.spawn(['up', '--sandbox', '--json'], env);
    const end = ended(child);
    await new Promise<void>((resolve) =>
      child.stderr?.on('data', (chunk) => {
        if (String(chunk).includes(moment)) resolve();
      }),
    );
    const started = serversOf(child.pid ?? 0);
    child.kill('SIGTERM');
    const { code, out, err } = await end;
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('stopped before all was ready\n');
    expect(started.filter(alive)).toEqual([]);
    expect(existsSync(join(dataDir, 'up.lock'))).toBe(false);
  }
});

/** Its children at this moment. */
function serversOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

it('a port that was asked for and is taken is one line', { timeout: PATIENCE_MS }, async () => {
  const place2 = workplace();
  const port = new URL(up.told.http).port;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  const taken = await place2.run(['up', '--sandbox', '--json'], { HTTP_PORT: port });
  await new Promise((resolve) => server.close(resolve));
  place2.remove();
  expect(taken).toEqual({
    code: 1,
    out: '',
    err: `127.0.0.1:${port} is taken by another program; set HTTP_PORT to another one (0: any)\n`,
  });
});
