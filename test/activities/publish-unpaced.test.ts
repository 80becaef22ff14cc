import { expect, it } from 'vitest';
import { batchOf, jobsOf, orderUrl } from '../support/activities/batch.ts';
import { callsMade } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';

const stageWith = useStage();
const URLS = [1, 2, 3, 4].map((order) => orderUrl(order));
const UNPACED = { publishIntervalMs: 0 };

it('without a pace an activity goes on with the batch’s next jobs, in order', async () => {
  const stage = await stageWith({ limits: UNPACED });
  const batchId = await batchOf(stage, 'official_website_tracking', URLS);
  await batchOf(stage, 'official_website_tracking', [orderUrl(9)]);
  const [first] = await jobsOf(stage, batchId);
  const outcome = await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
  expect(outcome).toMatchObject({ outcome: 'published', counts: { published: 4 }, next: null, inFlight: 4 });
  expect(stage.sandbox.calls().map(({ customId }) => customId)).toEqual(
    [1, 2, 3, 4].map((seq) => `owt-${batchId}-${seq}`),
  );
  expect(await jobsOf(stage, batchId)).toMatchObject(
    URLS.map(() => ({ state: 'published', owesDownload: true, intentAt: expect.any(Date) as Date })),
  );
});

it('with a pace, however fast, each job has an activity of its own', async () => {
  const stage = await stageWith({ limits: { publishIntervalMs: 10 } });
  const batchId = await batchOf(stage, 'official_website_tracking', URLS);
  const [first] = await jobsOf(stage, batchId);
  const outcome = await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
  expect(outcome).toMatchObject({ counts: { published: 1, pending: 3 }, next: { label: 'row 3' } });
});

it('what is used up, closed or refused ends the activity: the workflow waits for it', async () => {
  const stage = await stageWith({ limits: { ...UNPACED, callLimit: 5 } });
  const batchId = await batchOf(stage, 'official_website_tracking', URLS);
  const [first] = await jobsOf(stage, batchId);
  const outcome = await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
  // Two calls each, and no more than five of the window.
  expect(outcome).toMatchObject({ outcome: 'published', counts: { published: 2, pending: 2 } });
  expect(callsMade(stage)).toHaveLength(2);
  expect((await jobsOf(stage, batchId)).map(({ owesDownload }) => owesDownload)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('a row that the API refuses ends the activity, and fails alone', async () => {
  const stage = await stageWith({ limits: UNPACED });
  const urls = [orderUrl(1), orderUrl(2, 'publish-422'), orderUrl(3)];
  const batchId = await batchOf(stage, 'official_website_tracking', urls);
  const [first] = await jobsOf(stage, batchId);
  const outcome = await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
  expect(outcome).toMatchObject({ outcome: 'published', counts: { published: 1, failed: 1, pending: 1 } });
});

it.each([
  ['paused', "paused = '{}'"],
  ['cancelled', "cancelled = '{}'"],
  ['ended', 'finished_at = now()'],
])('a batch that is %s meanwhile is not published any further', async (_, change) => {
  const stage = await stageWith({
    limits: UNPACED,
    around: (real) => ({
      async publish(...given) {
        await stage.database.sql.unsafe(`update batches set ${change}`);
        return real.publish(...given);
      },
    }),
  });
  const batchId = await batchOf(stage, 'official_website_tracking', URLS);
  const [first] = await jobsOf(stage, batchId);
  await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
  expect(callsMade(stage)).toHaveLength(1);
});

it('no connection for the next job ends the activity: nothing was begun', async () => {
  let connections = 0;
  const stage = await stageWith({
    limits: UNPACED,
    around: (real) => ({
      connect(signal) {
        connections += 1;
        return connections === 1 ? real.connect(signal) : Promise.reject(new Error('no connection'));
      },
    }),
  });
  const batchId = await batchOf(stage, 'official_website_tracking', URLS);
  const [first] = await jobsOf(stage, batchId);
  const outcome = await stage.run(stage.activities.publishJob, { batchId, jobId: first?.id ?? 0 });
  expect(outcome).toMatchObject({ outcome: 'published', counts: { published: 1, pending: 3 } });
});
