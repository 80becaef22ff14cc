import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { japanTime } from '../../src/carriers/placed-events.ts';
import type { YamatoEvent } from '../../src/carriers/yamato/types.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { numbersFrom } from '../support/activities/yamato.ts';
import { SimulatedRequery } from '../support/batches/simulated-requery.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';
import { withWorkers } from '../support/workflows/run-fake.ts';
import { saveHistory } from '../support/workflows/save-history.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

const HOUR_MS = 3_600_000;
/** A run of the schedule every hour while something is out for delivery, then every four. */
const HOURLY_UNTIL = 144;
const TASK = 'yamato_tracking_10';

let env: TestWorkflowEnvironment;
let db: TestDatabase;
beforeAll(async () => {
  env = await startWorkflowServer();
});
afterAll(() => env.teardown());
beforeEach(async () => {
  db = await testDatabase();
});
afterEach(() => db.drop());

/** Events of a parcel: its texts and the hours after the start at which they come. */
type Life = readonly (readonly [hours: number, text: string])[];

function eventsOf(life: Life, startMs: number, nowMs: number): YamatoEvent[] {
  return life
    .filter(([hours]) => startMs + hours * HOUR_MS <= nowMs)
    .map(([hours, stateText]) => {
      const at = japanTime(startMs + hours * HOUR_MS);
      const timeText = `${at.slice(5, 7)}月${at.slice(8, 10)}日 ${at.slice(11, 16)}`;
      return { stateText, at, timeText, office: '羽田', officeUrl: null };
    });
}

it(
  'over 40 days: each parcel is asked at the pace of its state until it has arrived, or nothing is heard of it',
  { timeout: 240_000 },
  async () => {
    const numbers = numbersFrom(0, 5);
    const [arrives = '', late = '', stuck = '', never = '', back = ''] = numbers;
    const lives: Readonly<Record<string, Life>> = {
      [arrives]: [
        [-2, '荷物受付'],
        [20, '輸送中'],
        [30.2, '配達中'],
        [40.5, '配達完了'],
      ],
      [late]: [
        [70, '荷物受付'],
        [90, '配達中'],
        [91.1, '持戻'],
        [115, '配達完了'],
      ],
      [stuck]: [
        [-2, '荷物受付'],
        [5, '輸送中'],
      ],
      [never]: [],
      [back]: [
        [-2, '荷物受付'],
        [48, '返品'],
      ],
    };
    const settings = readSettings({ WEBSCRAPER_API_TOKEN: 'x', YAMATO_PAUSE_MAX: '50s' });
    const startMs = await env.currentTimeMs();
    const world = new SimulatedRequery(env, db.database, settings, (number, nowMs) =>
      eventsOf(lives[number] ?? [], startMs, nowMs),
    );
    await withWorkers(env, world.activities(), async () => {
      const id = await world.batch(TASK, numbers);
      await world.ended(id);
      for (let hour = 0; hour < 40 * 24;) {
        const hours = hour < HOURLY_UNTIL ? 1 : 4;
        await env.sleep(`${hours}h`);
        hour += hours;
        await world.tick();
      }
      const rows = await db.database.sql<{ input: string; status: string; result: string }[]>`
        select input, status, result from rows where batch_id = ${id} order by row`;
      expect(rows.map(({ status, result }) => [status, result.split('｜｜｜')[0]])).toEqual([
        ['delivered', '配達完了'],
        ['delivered', '配達完了'],
        ['in_transit', '輸送中'],
        ['unknown', '伝票番号未登録'],
        ['returned', '返品'],
      ]);
    });
    const hoursOf = (wanted: string) =>
      world.asked.filter(({ number }) => number === wanted).map(({ atMs }) => (atMs - startMs) / HOUR_MS);
    const gapsOf = (wanted: string, from: number, to: number) => {
      const hours = hoursOf(wanted).filter((hour) => hour >= from && hour <= to);
      return hours.slice(1).map((hour, index) => hour - (hours[index] ?? 0));
    };
    // A run of the schedule, and some minutes of the round and its pauses.
    const within = (gaps: number[], hours: number, runHours: number) => {
      expect(gaps.length).toBeGreaterThan(0);
      for (const gap of gaps) {
        expect(gap).toBeGreaterThanOrEqual(hours);
        expect(gap).toBeLessThan(hours + runHours + 0.3);
      }
    };
    within(gapsOf(arrives, 0, 30), 12, 1);
    within(gapsOf(arrives, 37, 50), 1, 1);
    within(gapsOf(late, 0, 76), 24, 1);
    within(gapsOf(stuck, 0, 40 * 24), 12, 4);
    within(gapsOf(never, 0, 40 * 24), 24, 4);
    within(gapsOf(back, 60, 40 * 24), 24, 4);
    const lastDay = (wanted: string) => (hoursOf(wanted).at(-1) ?? 0) / 24;
    expect(lastDay(arrives)).toBeLessThan(2.1);
    expect(lastDay(late)).toBeLessThan(5.2);
    // 15 days after its last event; 30 days without one; 14 days after 返品, when it is back.
    expect(lastDay(stuck)).toBeGreaterThan(14.5);
    expect(lastDay(stuck)).toBeLessThan(15.3);
    expect(lastDay(never)).toBeGreaterThan(28);
    expect(lastDay(never)).toBeLessThan(30.1);
    expect(lastDay(back)).toBeGreaterThan(14.5);
    expect(lastDay(back)).toBeLessThan(16.1);
  },
);

it(
  'Yamato down: its rounds fail, nobody is forgotten, and all are asked once it is back',
  { timeout: 60_000 },
  async () => {
    const numbers = numbersFrom(40, 60);
    const settings = readSettings({ WEBSCRAPER_API_TOKEN: 'x' });
    const startMs = await env.currentTimeMs();
    const life: Life = [[-2, '荷物受付']];
    const world = new SimulatedRequery(env, db.database, settings, (_, nowMs) =>
      eventsOf(life, startMs, nowMs),
    );
    await withWorkers(env, world.activities(), async () => {
      await world.ended(await world.batch(TASK, numbers));
      world.isYamatoDown = true;
      for (let hour = 1; hour <= 40; hour += 1) {
        await env.sleep('1h');
        if (hour === 20) world.isYamatoDown = false;
        await world.tick();
      }
    });
    for (const number of numbers) {
      const times = world.asked
        .filter((each) => each.number === number)
        .map(({ atMs }) => (atMs - startMs) / HOUR_MS);
      const [first = 0, second = 0] = times;
      expect(first).toBeLessThan(1);
      expect(second).toBeGreaterThan(19);
      expect(second).toBeLessThan(34);
    }
    expect(world.asked.length).toBeLessThanOrEqual(3 * numbers.length);
  },
);

// The last: a workflow's own end is waited for in time that is skipped by years.
it('two schedules of one activity each: shapes of their own', async () => {
  const started: string[] = [];
  const activities = {
    beginRounds: async () => ['r1', 'r2'],
    startSavedBatch: async ({ batchId }: { batchId: string }) => void started.push(batchId),
    walkFolders: async () => ({ found: 2 }),
  };
  await withWorkers(env, activities, async () => {
    for (const [type, saveAs] of [
      ['RequeryWorkflow', 'requery'],
      ['FolderWalkWorkflow', 'folder-walk'],
    ] as const) {
      const handle = await env.client.workflow.start(type, {
        workflowId: saveAs,
        taskQueue: QUEUES.acquisition,
      });
      expect(await handle.result()).toEqual(
        type === 'RequeryWorkflow' ? { rounds: ['r1', 'r2'] } : { found: 2 },
      );
      await saveHistory(handle, saveAs);
    }
  });
  expect(started).toEqual(['r1', 'r2']);
});
