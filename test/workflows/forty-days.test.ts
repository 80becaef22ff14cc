import type { Client } from '@temporalio/client';
import { ActivityFailure, WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFolderActivities } from '../../activities/folders.ts';
import { markSeen } from '../../src/db/workbooks.ts';
import { builtFile } from '../../src/paths.ts';
import { QUEUES } from '../../src/temporal/names.ts';
import { recurring } from '../../src/temporal/schedules.ts';
import type { Recurring } from '../../src/temporal/schedules.ts';
import { QUEUE_OF_WORKFLOW } from '../../src/temporal/workflows.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { useStage } from '../support/activities/stage.ts';
import { givenBatch } from '../support/db/given-batch.ts';
import { closeRawServers, multistatus, rawServer } from '../support/files/cloud.ts';
import '../support/workflows/quiet-runtime.ts';
import { startWorkflowServer } from '../support/workflows/workflow-server.ts';

const DAYS = 40;
const DAY_MS = 86_400_000;
/** Of a schedule that runs every minute so many, over all of the days. */
const MOST_RUNS = 60;
/** Whatever is asked for fails all day. */
const DAY_OF_FAILURES = 12;
/** On the other days a call in so many fails, and its retry does not. */
const CALLS_A_FAILURE = 7;
const MOST_EVENTS = 60;
const JOB_DEADLINE_MS = 1_800_000;

const stageWith = useStage();
closeRawServers();

/** What each activity of a schedule answers when it works. No late batches: with them the server stops skipping time. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  wakeSaves: { woken: 1 },
  relayInbox: { late: [] },
  checkOverdueJobs: { asked: 1, found: 0, adopted: 0, again: 0, failed: 0 },
  sweepBatches: [{ batchId: 'b1', reason: 'its workflow is no more' }],
  closeOrphan: null,
  unwrittenBatches: [],
  sweepFolders: { found: 1 },
  walkFolders: { found: 1 },
  beginRounds: ['r1', 'r2'],
  startSavedBatch: null,
  noteIncidents: { untold: [1, 2] },
  tellIncident: null,
  checkNumbers: { asked: 40, waitMs: 50_000 },
  cleanUp: { calls: 1 },
  rollUpHours: { hours: 1 },
};
let env: TestWorkflowEnvironment;
/** What the workers do for now: a test's own. */
let activities: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {};
const working: { worker: Worker; ended: Promise<void> }[] = [];
beforeAll(async () => {
  env = await startWorkflowServer();
  const each = Object.keys(ANSWERS).map((name) => [name, (...args: never[]) => activities[name]?.(...args)]);
  for (const taskQueue of [QUEUES.acquisition, QUEUES.aggregation, QUEUES.yamato_tracking_10]) {
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      activities: Object.fromEntries(each),
      workflowBundle: { codePath: builtFile('workflow-bundle.js') },
    });
    working.push({ worker, ended: worker.run() });
  }
});
afterAll(async () => {
  for (const { worker } of working) worker.shutdown();
  await Promise.all(working.map(({ ended }) => ended));
  await env.teardown();
});

interface Run {
  day: number;
  ended: 'completed' | 'failed';
  events: number;
}

/** Runs a schedule's workflow for forty days, one run after the other; `begins` and `ends` are told of each. */
async function fortyDays(
  { id, workflowType, everyMs }: Recurring,
  { begins, ends }: { begins: (day: number) => Promise<void>; ends?: (run: Run) => Promise<void> },
): Promise<Run[]> {
  const runs: Run[] = [];
  const count = Math.min(MOST_RUNS, (DAYS * DAY_MS) / everyMs);
  for (let index = 0; index < count; index += 1) {
    const day = Math.floor((index * DAYS) / count);
    await begins(day);
    const handle = await env.client.workflow.start(workflowType, {
      workflowId: id,
      taskQueue: QUEUE_OF_WORKFLOW[workflowType],
      workflowRunTimeout: '1 hour',
    });
    const ended = await handle.result().then(() => 'completed' as const, failedByItself);
    const { events } = await handle.fetchHistory();
    const run = { day, ended, events: events?.length ?? 0 };
    runs.push(run);
    await ends?.(run);
    await env.sleep((DAYS * DAY_MS) / count);
  }
  return runs;
}

/** Its activity's failure, not the limit of an hour a run. */
function failedByItself(error: unknown): 'failed' {
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(ActivityFailure);
  return 'failed';
}

function scheduleOf(type: Recurring['workflowType']): Recurring {
  const found = recurring(JOB_DEADLINE_MS).find(({ workflowType }) => workflowType === type);
  if (found === undefined) throw new TypeError(`no schedule starts ${type}`);
  return found;
}

const daysFailed = (runs: Run[]) =>
  new Set(runs.filter(({ ended }) => ended === 'failed').map(({ day }) => day));

it.each(recurring(JOB_DEADLINE_MS))(
  '$workflowType: a day of failures is over with the day',
  async (schedule) => {
    let today = 0;
    let calls = 0;
    activities = Object.fromEntries(
      Object.entries(ANSWERS).map(([name, answer]) => [
        name,
        async () => {
          calls += 1;
          if (today === DAY_OF_FAILURES || calls % CALLS_A_FAILURE === 0) throw new Error('away');
          return answer;
        },
      ]),
    );
    const runs = await fortyDays(schedule, {
      begins: async (day) => {
        today = day;
      },
    });
    expect(runs.length).toBeGreaterThanOrEqual(DAYS);
    expect(daysFailed(runs)).toEqual(new Set([DAY_OF_FAILURES]));
    for (const { events } of runs) {
      expect(events).toBeGreaterThan(4);
      expect(events).toBeLessThan(MOST_EVENTS);
    }
  },
);

it('CleanUpWorkflow: each record is kept for its days and no longer, whatever day fails', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  const { cleanUp } = acquisitionOn(stage);
  let today = 0;
  activities = {
    cleanUp: () => (today === DAY_OF_FAILURES ? Promise.reject(new Error('away')) : cleanUp()),
  };
  const given = (daysAgo: number) => {
    const at = `now() - interval '${daysAgo} days'`;
    return sql.unsafe(`
      insert into calls (kind, started_at, expires_at) values ('check', ${at}, ${at});
      insert into carrier_requests (carrier, job_id, started_at, finished_at, pause_ms, error, page)
        values ('yamato', 1, ${at}, ${at}, 0, 'a captcha', '<p>');
      insert into saves (workbook, source, examined_at) values ('/YTO-1.xlsx', 'sweep', ${at});
      insert into notifications (source, scraping_job_id, status, outcome, received_at)
        values ('webhook', 1, 'finished', 'processed', ${at});`);
  };
  const round = (id: string, daysAgo: number, isRound = true) =>
    givenBatch(stage.database, id, { isRound, finishedAt: new Date(Date.now() - daysAgo * DAY_MS) });
  for (let daysAgo = 1; daysAgo <= 55; daysAgo += 6) await given(daysAgo);
  await round('a batch', 29, false);
  await sql`insert into saves (workbook, source, received_at) values ('/YTO-2.xlsx', 'sweep', now() - interval '59 days')`;
  const oldest = async () => {
    const [found] = await sql`select
      (select max(now() - started_at) from calls) < '60 days' as calls,
      (select max(now() - started_at) from carrier_requests) < '60 days' as requests,
      (select max(now() - started_at) from carrier_requests where page is not null) < '7 days' as pages,
      (select max(now() - examined_at) from saves) < '60 days' as saves,
      (select max(now() - received_at) from notifications) < '60 days' as notifications,
      (select max(now() - finished_at) from batches where is_round) < '30 days' as rounds`;
    return new Set(Object.values(found ?? {}));
  };
  const runs = await fortyDays(scheduleOf('CleanUpWorkflow'), {
    begins: async (day) => {
      today = day;
      await given(0);
      await round(`round ${day}`, 0);
    },
    ends: async ({ ended }) => {
      if (ended === 'completed') expect(await oldest()).toEqual(new Set([true]));
      await sql.unsafe(`
        update calls set started_at = started_at - interval '1 day', expires_at = expires_at - interval '1 day';
        update carrier_requests set started_at = started_at - interval '1 day';
        update saves set examined_at = examined_at - interval '1 day';
        update notifications set received_at = received_at - interval '1 day';
        update batches set finished_at = finished_at - interval '1 day';`);
    },
  });
  expect(daysFailed(runs)).toEqual(new Set([DAY_OF_FAILURES]));
  const [left] = await sql`select (select count(*)::int from calls) as calls,
    (select count(*)::int from carrier_requests where page is not null) as pages,
    (select count(*)::int from saves where examined_at is null) as unexamined,
    (select count(*)::int from batches where is_round) as rounds,
    (select count(*)::int from batches where not is_round) as batches`;
  // Of every sixth day before: those of the last twenty.
  expect(left).toEqual({ calls: DAYS + 4, pages: 7, unexamined: 1, rounds: 30, batches: 1 });
});

it('FolderWalkWorkflow: each save is found once, that of a day without the server on the next', async () => {
  const { database } = await stageWith();
  const workbook = 'webdav:/yamato_tracking_only/YTO-1.xlsx';
  const ROOT = '/dav/files/bot/';
  const FOLDER =
    '<d:resourcetype><d:collection/></d:resourcetype><d:getetag>"1"</d:getetag><oc:fileid>7</oc:fileid>';
  let today = 0;
  const server = await rawServer(({ url = '' }, response) => {
    if (today === DAY_OF_FAILURES && url !== ROOT) return response.writeHead(503).end();
    const inside = url === ROOT ? 'yamato_tracking_only/' : '/YTO-1.xlsx';
    // Every third day somebody saves it.
    const file = `<d:resourcetype/><d:getetag>"v${Math.floor(today / 3)}"</d:getetag>`;
    return response
      .writeHead(207)
      .end(multistatus([url, FOLDER], [`${url}${inside}`, url === ROOT ? FOLDER : file]));
  });
  const client = { withDeadline: async () => {} } as unknown as Client;
  const { walkFolders } = createFolderActivities({ database, client, webdav: server.files() });
  activities = { walkFolders };
  await markSeen(database.db, workbook, { etag: '"before"', hash: '', fileId: null });
  const found: number[] = [];
  const runs = await fortyDays(scheduleOf('FolderWalkWorkflow'), {
    begins: async (day) => {
      today = day;
    },
    ends: async ({ day }) => {
      const examined =
        await database.sql`update saves set examined_at = now() where examined_at is null returning id`;
      for (const _ of examined) found.push(day);
      if (examined.length > 0)
        await markSeen(database.db, workbook, { etag: `"v${Math.floor(day / 3)}"`, hash: '', fileId: null });
    },
  });
  expect(daysFailed(runs)).toEqual(new Set([DAY_OF_FAILURES]));
  expect(found).toEqual([0, 3, 6, 9, 13, 15, 18, 21, 24, 27, 30, 33, 36, 39]);
});
