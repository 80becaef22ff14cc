import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createIncidentActivities } from '../../activities/incidents.ts';
import { holdBatch } from '../../src/batches/orders.ts';
import { batches, batchFigures } from '../../src/db/schema.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { databaseNow } from '../../src/db/database.ts';
import { batchOf, orderUrl } from '../support/activities/batch.ts';
import { JOB_DEADLINE_MS, useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { recordingServer } from '../support/http/recording-server.ts';
import { closedPort } from '../support/servers.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Told {
  kind: string;
  state: string;
  batchId: string | null;
  title: string;
  text: string;
}

/** The schedule's runs, a minute apart, on a receiver that answers as it is told. */
async function watched(stage: Stage) {
  const receiver = { status: 200, url: '' };
  const { url, received } = await recordingServer(() => ({ status: receiver.status, body: '{}' }));
  receiver.url = `${url}/hook/secret`;
  const clock = { ms: (await databaseNow(stage.db)).getTime() };
  const run = async () => {
    const { noteIncidents, tellIncident } = createIncidentActivities({
      database: stage,
      jobDeadlineMs: JOB_DEADLINE_MS,
      receiver: { url: receiver.url, style: 'json' },
      now: async () => new Date(clock.ms),
    });
    const { untold } = await stage.run(noteIncidents);
    const errors: string[] = [];
    for (const incidentId of untold)
      await stage.run(tellIncident, { incidentId }).catch((error: Error) => errors.push(error.message));
    return errors;
  };
  return {
    receiver,
    run,
    /** Runs once a minute for so long; gives the errors. */
    async pass(ms: number): Promise<string[]> {
      const until = clock.ms + ms;
      const errors: string[] = [];
      for (; clock.ms < until; clock.ms += MINUTE_MS) errors.push(...(await run()));
      return errors;
    },
    /** What was told since it was last asked. */
    told: () => received.splice(0).map(({ body }) => JSON.parse(body.toString()) as Told) satisfies Told[],
  };
}

const hold = (stage: Stage, reason: string | null) =>
  stage.db.execute(sql`update account_clock set held_reason = ${reason}`);

const say = (stage: Stage, batchId: string, reason: string | null) =>
  setBatchState(stage.db, batchId, 'running', reason);

/** As if nothing of it had changed since then. */
async function stoodStill(stage: Stage, batchId: string, sinceMs: number): Promise<void> {
  const at = (await databaseNow(stage.db)).getTime() - sinceMs;
  await stage.db.update(batchFigures).set({ revision: at }).where(eq(batchFigures.batchId, batchId));
  await stage.db
    .update(batches)
    .set({ openedAt: new Date(at) })
    .where(eq(batches.id, batchId));
}

let stage: Stage;
let watch: Awaited<ReturnType<typeof watched>>;
beforeEach(async () => {
  stage = await stageWith();
  watch = await watched(stage);
});

it('an incident is told once, its end once, and it is told again only after that', async () => {
  await hold(stage, 'Web Scraper Cloud answered 402 to a publish');
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toMatchObject([
    { kind: 'publishing-held', state: 'begun', title: 'Publishing is held', batchId: null },
  ]);
  await hold(stage, null);
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toMatchObject([
    { kind: 'publishing-held', state: 'over', title: 'Over: Publishing is held' },
  ]);
  await hold(stage, 'Web Scraper Cloud answered 401 to a publish');
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toMatchObject([{ state: 'begun', text: expect.stringContaining('answered 401') }]);
});

it('what is away for one look is not over', async () => {
  await hold(stage, 'refused');
  await watch.pass(MINUTE_MS);
  await hold(stage, null);
  await watch.pass(MINUTE_MS);
  await hold(stage, 'refused');
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toHaveLength(1);
});

it.each(['answers 503', 'takes no connections', 'knows no such hook'])(
  'a receiver that is down for an hour (%s) is told once later, and its URL stays secret',
  async (how) => {
    const { url } = watch.receiver;
    if (how === 'takes no connections')
      watch.receiver.url = `http://127.0.0.1:${await closedPort()}/hook/secret`;
    else watch.receiver.status = how === 'answers 503' ? 503 : 404;
    await hold(stage, 'refused');
    const errors = await watch.pass(HOUR_MS);
    expect(errors).toHaveLength(60);
    expect(errors.join('\n')).not.toContain('secret');
    watch.told();
    Object.assign(watch.receiver, { status: 200, url });
    await watch.pass(HOUR_MS);
    expect(watch.told()).toMatchObject([{ kind: 'publishing-held', state: 'begun' }]);
  },
);

it('of what was over before the receiver was back, one message tells all', async () => {
  watch.receiver.status = 503;
  await hold(stage, 'refused');
  await watch.pass(10 * MINUTE_MS);
  await hold(stage, null);
  await watch.pass(10 * MINUTE_MS);
  watch.told();
  watch.receiver.status = 200;
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toMatchObject([
    { state: 'over', text: expect.stringMatching(/^From .* UTC to .* UTC\. It was: refused/) },
  ]);
});

it('what nobody could be told for a day is no news', async () => {
  watch.receiver.status = 503;
  await hold(stage, 'refused');
  await watch.run();
  await hold(stage, null);
  await watch.pass(3 * MINUTE_MS);
  await watch.pass(MINUTE_MS);
  await stage.db.execute(
    sql`update incidents set over_at = over_at - interval '25 hours', begun_at = begun_at - interval '25 hours'`,
  );
  watch.receiver.status = 200;
  watch.told();
  await watch.pass(MINUTE_MS);
  expect(watch.told()).toEqual([]);
});

describe('an account that is closed', () => {
  const close = (minutes: number) =>
    stage.db.execute(sql`update account_clock set closed_reason = '429 from the API',
      closed_until = clock_timestamp() + ${`${minutes} minutes`}::interval`);

  it('for a quarter of an hour is nobody’s business', async () => {
    await close(15);
    await watch.pass(HOUR_MS);
    expect(watch.told()).toEqual([]);
  });

  it('for long is told at once', async () => {
    await close(45);
    await watch.run();
    expect(watch.told()).toMatchObject([
      {
        kind: 'account-closed',
        text: expect.stringMatching(/^429 from the API; it opens by itself at \d\d:\d\d UTC/),
      },
    ]);
  });

  it('again and again is told after half an hour', async () => {
    await close(14);
    await watch.pass(13 * MINUTE_MS);
    await close(27);
    await watch.pass(13 * MINUTE_MS);
    expect(watch.told()).toEqual([]);
    await close(40);
    await watch.pass(10 * MINUTE_MS);
    expect(watch.told()).toMatchObject([{ kind: 'account-closed', state: 'begun' }]);
  });
});

it('a workbook in use is told after an hour, not before, and its end', async () => {
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  await say(stage, batchId, 'waiting for the workbook: it is locked by Mika');
  await watch.pass(59 * MINUTE_MS);
  expect(watch.told()).toEqual([]);
  await watch.pass(3 * MINUTE_MS);
  expect(watch.told()).toMatchObject([
    { kind: 'workbook-locked', batchId, text: expect.stringContaining('locked by Mika') },
  ]);
  await say(stage, batchId, null);
  await watch.pass(5 * MINUTE_MS);
  expect(watch.told()).toMatchObject([{ kind: 'workbook-locked', state: 'over' }]);
});

it('a workbook in use for half an hour is told neither at its beginning nor at its end', async () => {
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  await say(stage, batchId, 'waiting for the workbook: it is locked by Mika');
  await watch.pass(30 * MINUTE_MS);
  await say(stage, batchId, null);
  await watch.pass(30 * MINUTE_MS);
  expect(watch.told()).toEqual([]);
});

describe('a batch that stands still', () => {
  it('for more than an hour is told, with its reason', async () => {
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await say(stage, batchId, 'the workbook cannot be written: it is gone');
    await stoodStill(stage, batchId, 40 * MINUTE_MS);
    await watch.pass(20 * MINUTE_MS);
    expect(watch.told()).toEqual([]);
    await stoodStill(stage, batchId, 60 * MINUTE_MS);
    await watch.pass(12 * MINUTE_MS);
    expect(watch.told()).toMatchObject([
      {
        kind: 'batch-stalled',
        batchId,
        text: expect.stringContaining('nothing has moved for 90 min: the workbook'),
      },
    ]);
  });

  it('since its account is held is told as that alone', async () => {
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await stoodStill(stage, batchId, 2 * HOUR_MS);
    await hold(stage, 'refused');
    await watch.pass(15 * MINUTE_MS);
    expect(watch.told()).toMatchObject([{ kind: 'publishing-held' }]);
  });

  it('is none where it goes on: after a night, or an account that was held, all stand still for a moment', async () => {
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await stoodStill(stage, batchId, 9 * HOUR_MS);
    await watch.pass(5 * MINUTE_MS);
    await stoodStill(stage, batchId, 0);
    await watch.pass(15 * MINUTE_MS);
    expect(watch.told()).toEqual([]);
  });

  it('since others have their turns, or a person paused it, is no news', async () => {
    const waits = await batchOf(stage, TASK, [orderUrl(1)]);
    await stoodStill(stage, waits, 2 * HOUR_MS);
    const moves = await batchOf(stage, TASK, [orderUrl(2)]);
    await stoodStill(stage, moves, -10 * MINUTE_MS);
    const paused = await batchOf(stage, TASK, [orderUrl(3)]);
    await stage.db
      .update(batches)
      .set({ paused: { by: 'mika', why: null } })
      .where(eq(batches.id, paused));
    await stoodStill(stage, paused, 2 * HOUR_MS);
    await watch.pass(15 * MINUTE_MS);
    expect(watch.told()).toEqual([]);
  });
});

it('a batch that the system itself holds is told, with what lets it go on', async () => {
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  await stage.db.transaction((tx) => holdBatch(tx, batchId, '2,000 rows, more than AUTO_MAX_ROWS'));
  await watch.pass(5 * MINUTE_MS);
  expect(watch.told()).toMatchObject([
    {
      kind: 'batch-held',
      batchId,
      text: expect.stringMatching(new RegExp(`2,000 rows, .* "tsuiseki resume ${batchId}"`)),
    },
  ]);
});

it('each end with failures is told once; one without is not, nor a cancelled one', async () => {
  const endOf = async (failed: number, state: 'completed' | 'cancelled' | 'failed') => {
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2)]);
    await stage.db.update(batchFigures).set({ failed }).where(eq(batchFigures.batchId, batchId));
    await setBatchState(stage.db, batchId, state, state === 'failed' ? 'it is encrypted' : null);
    return batchId;
  };
  const some = await endOf(1, 'completed');
  await endOf(0, 'completed');
  await endOf(1, 'cancelled');
  const unreadable = await endOf(0, 'failed');
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toMatchObject([
    {
      kind: 'batch-ended',
      state: 'begun',
      batchId: some,
      text: expect.stringContaining('1 of 2 rows failed'),
    },
    { kind: 'batch-ended', batchId: unreadable, text: expect.stringContaining('it is encrypted') },
  ]);
  await stage.db
    .update(batches)
    .set({ finishedAt: sql`clock_timestamp()` })
    .where(eq(batches.id, some));
  await watch.pass(10 * MINUTE_MS);
  expect(watch.told()).toMatchObject([{ kind: 'batch-ended', batchId: some }]);
});

it('no e-mail address and no order leaves with a message', async () => {
  await hold(stage, 'refused for mika@store.example.jp, https://store.example/orders/W1?token=hush');
  await watch.run();
  const [told] = watch.told();
  expect(told?.text).toContain('refused for …@…, https://store.example/…');
});

it('with nobody to be told nothing is looked for', async () => {
  await hold(stage, 'refused');
  const { noteIncidents } = createIncidentActivities({
    database: stage,
    jobDeadlineMs: JOB_DEADLINE_MS,
    receiver: null,
  });
  expect(await stage.run(noteIncidents)).toEqual({ untold: [] });
});
