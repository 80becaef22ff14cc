import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { METRICS } from '../../../src/http/metrics/catalogue.ts';
import { WAITS_FOR } from '../../../src/temporal/names.ts';
import { testDatabase } from '../../support/db/test-database.ts';
import type { TestDatabase } from '../../support/db/test-database.ts';
import { listeningApp, testApp } from '../../support/http/app.ts';
import { seriesIn, valuesOf } from '../../support/metrics/exposition.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const SUCCESS_AT = new Date(1_790_000_000_500);
const FIGURES = {
  queues: [
    { queue: 'publish_tracking_queue', worker: 'tracking_excel', polled: true, backlog: 7 },
    { queue: 'aggregation_queue', worker: 'tracking_excel', polled: false, backlog: 0 },
  ],
  schedules: [
    {
      ...{ id: 'tsuiseki-inbox-relay', ok: true, lastSuccessAt: SUCCESS_AT },
      ...{ runs: 40, skipped: 3, missed: 2, failed: 5, failedInARow: 1 },
    },
    {
      ...{ id: 'tsuiseki-roll-up', ok: false, lastSuccessAt: null },
      ...{ runs: 0, skipped: 0, missed: 0, failed: 0, failedInARow: 0 },
    },
  ],
  waits: ['lock', 'account', 'lock', 'webhook', 'something newer'],
};
const LOCAL = { url: '/metrics', headers: { host: 'localhost' } };

describe('what Temporal knows', () => {
  it('of queues, schedules and waits', async () => {
    const { app } = testApp(test.database, { temporalFigures: async () => FIGURES });
    const { body, headers } = await app.inject(LOCAL);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const relay = 'schedule=tsuiseki-inbox-relay';
    const rollUp = 'schedule=tsuiseki-roll-up';
    expect(valuesOf(body, 'tsuiseki_queue_polled')).toEqual({
      'queue=publish_tracking_queue': 1,
      'queue=aggregation_queue': 0,
    });
    expect(valuesOf(body, 'tsuiseki_queue_backlog')).toEqual({
      'queue=publish_tracking_queue': 7,
      'queue=aggregation_queue': 0,
    });
    expect(valuesOf(body, 'tsuiseki_schedule_ok')).toEqual({ [relay]: 1, [rollUp]: 0 });
    expect(valuesOf(body, 'tsuiseki_schedule_last_success_timestamp_seconds')).toEqual({
      [relay]: 1_790_000_000.5,
    });
    expect(valuesOf(body, 'tsuiseki_schedule_runs_total')).toEqual({ [relay]: 40, [rollUp]: 0 });
    expect(valuesOf(body, 'tsuiseki_schedule_skipped_total')).toEqual({ [relay]: 3, [rollUp]: 0 });
    expect(valuesOf(body, 'tsuiseki_schedule_missed_total')).toEqual({ [relay]: 2, [rollUp]: 0 });
    expect(valuesOf(body, 'tsuiseki_schedule_failed')).toEqual({ [relay]: 5, [rollUp]: 0 });
    expect(valuesOf(body, 'tsuiseki_schedule_failed_in_a_row')).toEqual({ [relay]: 1, [rollUp]: 0 });
    expect(valuesOf(body, 'tsuiseki_batches_waiting')).toEqual({
      ...{ 'for=account': 1, 'for=held': 0, 'for=lock': 2, 'for=file': 0 },
      ...{ 'for=database': 0, 'for=carrier': 0, 'for=person': 0, 'for=webhook': 1 },
    });
  });

  it('leaves out nothing that a batch may wait for', async () => {
    const { app } = testApp(test.database, { temporalFigures: async () => ({ ...FIGURES, waits: [] }) });
    const { body } = await app.inject(LOCAL);
    expect(valuesOf(body, 'tsuiseki_batches_waiting')).toEqual(
      Object.fromEntries(WAITS_FOR.map((each) => [`for=${each}`, 0])),
    );
  });
});

it('a part that is away is told as away, and none of its figures; the others are as they are', async () => {
  const temporalFigures = () => Promise.reject(new Error('14 UNAVAILABLE'));
  const { app, logger } = testApp(test.database, { temporalFigures });
  const { body, statusCode } = await app.inject(LOCAL);
  expect(statusCode).toBe(200);
  expect(valuesOf(body, 'tsuiseki_part_up')).toEqual({ 'part=database': 1, 'part=temporal': 0 });
  expect(body).not.toContain('tsuiseki_queue');
  expect(valuesOf(body, 'tsuiseki_call_limit')).toEqual({ '': 200 });
  expect(logger.warn.mock.calls).toEqual([
    [{ part: 'temporal', error: '14 UNAVAILABLE' }, 'figures could not be read'],
  ]);

  const { url } = await listeningApp({ temporalFigures: async () => FIGURES });
  const away = await (await fetch(`${url}/metrics`)).text();
  expect(valuesOf(away, 'tsuiseki_part_up')).toEqual({ 'part=database': 0, 'part=temporal': 1 });
  expect(away).not.toContain('tsuiseki_batches{');
  expect(away).not.toContain('tsuiseki_rows_unwritten');
});

it('many who ask at once cost as much as one', async () => {
  const temporalFigures = vi.fn(async () => FIGURES);
  const { app } = testApp(test.database, { temporalFigures });
  const answers = await Promise.all(Array.from({ length: 20 }, () => app.inject(LOCAL)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
  expect(temporalFigures).toHaveBeenCalledTimes(1);
});

it('labels are of short lists: no batch, row, job, workbook or person among them', async () => {
  const labels = new Set(Object.values(METRICS).flatMap((metric) => [...metric.labels]));
  expect([...labels].toSorted()).toEqual([
    'carrier',
    'for',
    'kind',
    'outcome',
    'part',
    'quantile',
    'queue',
    'reason',
    'schedule',
    'source',
    'state',
    'task',
  ]);
  const { app } = testApp(test.database, { temporalFigures: async () => FIGURES });
  expect(seriesIn((await app.inject(LOCAL)).body).size).toBeLessThan(150);
});
