import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ListFilter } from '../../src/batches/list-filter.ts';
import { batchList } from '../../src/batches/status.ts';
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { applyTemporalConfig } from '../../src/temporal/apply-config.ts';
import { WAITS } from '../../src/temporal/search-attributes.ts';
import { workplace } from '../support/cli/workplace.ts';
import { givenBatch, givenRow } from '../support/db/given-batch.ts';
import { ownDatabase } from '../support/db/test-database.ts';
import { pausingServer } from '../support/temporal/dev-server.ts';
import type { DevServer } from '../support/temporal/dev-server.ts';

/** A server that indexes what was written. */
const PATIENCE = { timeout: 30_000, interval: 500 };

const place = workplace();
let own: Awaited<ReturnType<typeof ownDatabase>>;
let database: Database;
let server: DevServer;

beforeAll(async () => {
  [own, server] = await Promise.all([ownDatabase(), pausingServer()]);
  database = openDatabase(own.url, { maxConnections: 2 });
  const ended = { finishedAt: new Date('2026-01-11T00:00:00Z') };
  await givenBatch(database, 'done', {
    state: 'completed',
    startedAt: new Date('2026-01-10T00:00:00Z'),
    ...ended,
  });
  await givenBatch(database, 'broken', {
    state: 'failed',
    reason: 'The Workbook is Encrypted',
    startedAt: new Date('2026-01-10T15:00:00Z'),
    ...ended,
  });
  await givenBatch(database, 'locked', {
    task: 'official_website_tracking',
    startedAt: new Date('2026-01-12T00:00:00Z'),
  });
  await givenBatch(database, 'rows', { workbook: null, rowsFrom: 'orders.csv' });
  await givenBatch(database, 'held', { state: 'paused', reason: 'paused by ops' });
  await givenRow(database, { batchId: 'done', row: 2, state: 'failed', error: 'its page came back EMPTY' });
  await givenRow(database, { batchId: 'locked', row: 2, state: 'invalid', error: '100% wrong' });
  await applyTemporalConfig(server.client.connection, 'default');
  const start = (id: string, waits: 'lock' | 'person') =>
    server.client.workflow.start('TrackingBatchWorkflow', {
      ...{ workflowId: `tracking:${id}`, taskQueue: 'tracking_batch_queue', args: [] },
      typedSearchAttributes: [{ key: WAITS, value: waits }],
    });
  await Promise.all([start('locked', 'lock'), start('held', 'person'), start('rows', 'person')]);
  await server.pause('tracking:rows');
});

afterAll(async () => {
  await database.close();
  await server.stop();
  await own.drop();
  place.remove();
});

async function listed(...options: string[]): Promise<string[]> {
  const env = { DATABASE_URL: own.url, TEMPORAL_ADDRESS: server.address };
  const { code, out, err } = await place.run(['list', '--json', ...options], env);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return (JSON.parse(out) as { batchId: string }[]).map(({ batchId }) => batchId).toSorted();
}

const LIMITS = { callLimit: 200, callWindowMs: 900_000, publishIntervalMs: 6_000 };

it.each<[ListFilter, string[]]>([
  [{ task: 'official_website_tracking' }, ['locked']],
  [{ workbook: 'YTO-done.xlsx' }, ['done']],
  [{ workbook: 'orders' }, ['rows']],
  [{ failed: true }, ['done']],
  [{ reason: 'encrypted' }, ['broken']],
  [{ reason: 'came back empty' }, ['done']],
  [{ reason: '0% w' }, ['locked']],
  [{ reason: '%' }, ['locked']],
  [{ since: new Date('2026-01-10T15:00:00Z') }, ['broken', 'held', 'locked', 'rows']],
  [{ since: new Date('2026-01-12T00:00:01Z'), task: 'yamato_tracking_only' }, ['held', 'rows']],
  [{ state: 'failed' }, ['broken']],
  [{ state: 'failed', failed: true }, []],
  [{ workflowIds: [] }, []],
])('%j lets through %j', async (filter, batches) => {
  const found = await batchList(database.db, LIMITS, filter);
  expect(found.map(({ batchId }) => batchId).toSorted()).toEqual(batches);
});

it('options together: what fits each of them', async () => {
  const options = [
    '--task',
    'yamato_tracking_only',
    '--workbook',
    'YTO-',
    '--since',
    '2026-01-10',
    '--failed',
  ];
  expect(await listed(...options, '--reason', 'page', '--state', 'completed')).toEqual(['done']);
});

it('what waits is asked of Temporal; its own Pause is a state, too', async () => {
  await vi.waitFor(async () => expect(await listed('--waits', 'lock')).toEqual(['locked']), PATIENCE);
  await vi.waitFor(async () => expect(await listed('--state', 'paused')).toEqual(['held', 'rows']), PATIENCE);
  expect(await listed('--waits', 'lock', '--task', 'yamato_tracking_only')).toEqual([]);
  expect(await listed('--state', 'running')).toEqual(['locked']);
});

it.each([
  [
    ['--state', 'broken'],
    /Allowed choices are running, paused, completed, cancelled, failed\. \(--help shows how\)\n$/,
  ],
  [
    ['--waits', 'godot'],
    /Allowed choices are account, held, lock, file, database, carrier, person, webhook\. \(--help shows how\)\n$/,
  ],
  [
    ['--task', 'none'],
    /^unknown task "none": one of official_website_redirect_to_yamato_tracking, .+ is meant\n$/,
  ],
  [['--since', 'yesterday'], /^yesterday: write a day such as 2026-01-31, .+\n$/],
])('%j is wrong use, in one line that says what is allowed', async (options, text) => {
  const { code, out, err } = await place.run(['list', ...options], { DATABASE_URL: own.url });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(text);
});

it('without Temporal what waits is not known: one line that names the setting', async () => {
  const { code, out, err } = await place.run(['list', '--waits', 'lock'], { DATABASE_URL: own.url });
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err: 'TEMPORAL_ADDRESS is not set, and no `tsuiseki up` runs on this folder\n',
  });
});
