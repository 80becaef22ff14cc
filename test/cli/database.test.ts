import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eq } from 'drizzle-orm';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { batches, rows } from '../../src/db/schema.ts';
import { packageRoot } from '../../src/paths.ts';
import { givenBatch, givenRow } from '../support/db/given-batch.ts';
import { ended, workplace } from '../support/cli/workplace.ts';
import { ownDatabase } from '../support/db/test-database.ts';
import { closedPort } from '../support/servers.ts';

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  own = await ownDatabase();
  database = openDatabase(own.url, { maxConnections: 2 });
  env = { DATABASE_URL: own.url };
  await givenBatch(database, 'old', { startedAt: new Date('2026-01-10T20:00:00Z') });
  await database.db
    .update(batches)
    .set({ state: 'completed', finishedAt: new Date('2026-01-10T21:00:00Z') })
    .where(eq(batches.id, 'old'));
  await givenBatch(database, 'new');
  await database.db.insert(rows).values([
    { batchId: 'new', row: 2, input: '1', email: '', occurrence: 1, state: 'completed', status: 'delivered' },
    { batchId: 'new', row: 3, input: '2', email: '', occurrence: 1, state: 'pending' },
  ]);
});

afterAll(async () => {
  await database.close();
  await own.drop();
  place.remove();
});

const lines = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('what the database says', () => {
  it('list: an array, newest first', async () => {
    const { code, out, err } = await place.run(['list', '--json'], env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const all = JSON.parse(out) as { batchId: string }[];
    expect(all.map(({ batchId }) => batchId)).toEqual(['new', 'old']);
  });

  it('status: one object, by batchId and by workflowId', async () => {
    const [byId, byWorkflow] = await Promise.all(
      ['old', 'tracking:old'].map((reference) => place.run(['status', reference, '--json'], env)),
    );
    expect(byWorkflow?.out).toBe(byId?.out);
    expect(JSON.parse(byId?.out ?? '')).toEqual({
      batchId: 'old',
      workflowId: 'tracking:old',
      runId: null,
      task: 'yamato_tracking_only',
      workbook: '/workbooks/yamato_tracking_only/YTO-old.xlsx',
      rowsFrom: null,
      state: 'completed',
      reason: null,
      counts: { total: 0, pending: 0, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 0 },
      startedAt: '2026-01-10T20:00:00.000Z',
      finishedAt: '2026-01-10T21:00:00.000Z',
      eta: null,
      notes: [],
    });
  });

  it('rows: one object a line', async () => {
    const { out } = await place.run(['rows', 'new', '--json'], env);
    expect(lines(out)).toMatchObject([
      { row: 2, state: 'completed', status: 'delivered', error: null, warnings: [] },
      { row: 3, state: 'pending', status: null, scrapingJobId: null },
    ]);
  });

  it('rows --csv: a file for Excel; with --json as well it is wrong use', async () => {
    const { code, out } = await place.run(['rows', 'new', '--csv'], env);
    expect(code).toBe(0);
    expect(out.split('\r\n')).toEqual([
      '\uFEFFrow,input,url,state,source,customId,scrapingJobId,trackingNumber,status,statusText,result,error,warnings,reason,subStatus,notRegisteredDay',
      '2,1,,completed,,,,,delivered,,,,,,,',
      '3,2,,pending,,,,,,,,,,,,',
      '',
    ]);
    expect(await place.run(['rows', 'new', '--csv', '--json'], env)).toEqual({
      code: 2,
      out: '',
      err: 'either --json or --csv\n',
    });
  });

  it.each(['status', 'rows', 'watch'])('%s of an unknown batch: exit 1, one line', async (command) => {
    expect(await place.run([command, 'nobody', '--json'], env)).toEqual({
      code: 1,
      out: '',
      err: 'no batch nobody; `tsuiseki list` shows them\n',
    });
  });

  it('whoever reads no more ends it quietly', async () => {
    const child = place.spawn(['list', '--json'], env);
    child.stdout?.destroy();
    expect(await ended(child)).toMatchObject({ code: 0, err: '' });
  });
});

describe('watch', () => {
  it('follows a batch to its end: a status a line as JSON', async () => {
    const child = place.spawn(['watch', 'new', '--json'], env);
    const end = ended(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    await database.db.update(rows).set({ state: 'completed' });
    await database.db.update(batches).set({ state: 'completed', finishedAt: new Date() });
    const { code, out, err } = await end;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const statuses = lines(out);
    expect(statuses[0]).toMatchObject({ state: 'running', counts: { completed: 1, pending: 1 } });
    expect(statuses.at(-1)).toMatchObject({ state: 'completed', counts: { completed: 2, pending: 0 } });
  });

  it('is a plain line for people elsewhere', async () => {
    const { code, out } = await place.run(['watch', 'old'], env);
    expect({ code, out }).toEqual({ code: 0, out: 'old completed: no rows\n' });
  });
});

/** util-linux's `script` gives a program a terminal. */
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;

it.skipIf(!hasScript)('watch draws a bar with counts on a terminal', async () => {
  const bin = join(packageRoot, 'bin/tsuiseki.js');
  const { PATH, HOME } = process.env;
  const child = spawn('script', ['-qec', `stty cols 50; node ${bin} watch old`, '/dev/null'], {
    cwd: place.folder,
    env: { PATH, HOME, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { code, out } = await ended(child);
  expect({ code, out }).toEqual({
    code: 0,
    out: `\r\u001B[K${`[${'-'.repeat(30)}] 0/0, completed`.slice(0, 49)}\r\n`,
  });
});

describe('report', () => {
  it('sums what there is of the time asked for', async () => {
    const { code, out, err } = await place.run(['report', '--json'], env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual({
      from: null,
      to: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
      tasks: [
        {
          task: 'yamato_tracking_only',
          batches: 2,
          rows: 2,
          completed: 2,
          failed: 0,
          invalid: 0,
          delivered: 1,
          fromRecord: 0,
          byHand: 0,
          callsSaved: 0,
          calls: 0,
          requests: 0,
          webhookDelayS: null,
        },
      ],
      reasons: [],
      calls: [],
      days: expect.any(Array),
      carriers: [],
      origins: [],
      destinations: [],
      lanes: [],
      open: [],
    });
  });

  it('takes days of Japan, the last one left out', async () => {
    const startedAt = new Date('2026-01-10T20:00:00Z');
    for (const id of ['o1', 'o2', 'o3'])
      await givenBatch(database, id, { task: 'official_website_tracking', startedAt });
    for (let row = 2; row < 11; row += 1)
      await givenRow(database, { batchId: 'o1', row, state: 'completed' });
    const [during, before, after] = await Promise.all(
      [
        // 20:00 UTC on the 10th is the morning of the 11th there.
        ['2026-01-11', '2026-01-12'],
        ['2026-01-10', '2026-01-11'],
        ['2026-01-12', '2026-01-13T09:00:00+09:00'],
      ].map(async ([from = '', to = '']) => {
        const { out } = await place.run(['report', '--from', from, '--to', to, '--json'], env);
        return JSON.parse(out) as { from: string; to: string; tasks: { task: string; batches: number }[] };
      }),
    );
    expect(during).toMatchObject({
      from: '2026-01-10T15:00:00.000Z',
      to: '2026-01-11T15:00:00.000Z',
      tasks: [
        { task: 'official_website_tracking', batches: 3, rows: 9 },
        { task: 'yamato_tracking_only', batches: 1, rows: 0 },
      ],
    });
    expect([before?.tasks, after?.tasks]).toEqual([[], []]);
  });
});

describe('Temporal', () => {
  it('away: exit 1, one line with its address', async () => {
    const address = `127.0.0.1:${await closedPort()}`;
    const all = await Promise.all(
      [['migrate'], ['cancel', 'new']].map((args) => place.run(args, { ...env, TEMPORAL_ADDRESS: address })),
    );
    for (const { code, out, err } of all) {
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err.split('\n').at(-2)).toMatch(new RegExp(`^Temporal at ${address} cannot be reached: `));
    }
  });

  it('away: the HTTP server starts, stores, and says it is not ready', async () => {
    const temporal = { TEMPORAL_ADDRESS: `127.0.0.1:${await closedPort()}` };
    const port = await closedPort();
    const http = { WEBHOOK_TOKEN: 'hush', HTTP_HOST: '::1', HTTP_PORT: String(port) };
    const child = place.spawn(['serve'], { ...env, ...temporal, ...http });
    const end = ended(child);
    await new Promise((resolve) => child.stderr?.once('data', resolve));
    const url = `http://[::1]:${port}`;
    const stored = await fetch(`${url}/webhooks/webscraper?token=hush`, {
      method: 'POST',
      body: new URLSearchParams({ scrapingjob_id: '5', status: 'finished' }),
    });
    expect(stored.status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { ready: false, database: 'ok' }]);
    const taken = await place.run(['serve'], { ...env, ...temporal, ...http });
    expect(taken).toEqual({
      code: 1,
      out: '',
      err: `[::1]:${port} is taken by another program; set HTTP_PORT to another one (0: any)\n`,
    });
    child.kill('SIGTERM');
    const { code, out } = await end;
    expect({ code, out }).toEqual({ code: 0, out: '' });
  });
});

it('a database that was never migrated says so', async () => {
  const empty = new URL(own.url);
  empty.pathname = '/postgres';
  const { code, err } = await place.run(['list'], { DATABASE_URL: empty.href });
  expect({ code, err }).toEqual({ code: 1, err: 'relation "batches" does not exist\n' });
});
