import { expect, it } from 'vitest';
import { batchOf, jobsOf, orderUrl } from '../support/activities/batch.ts';
import { callsMade, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

/** The whole process stands still, as SIGSTOP or a paused machine has it. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('B.17: a worker that stood still between its last check and the bytes sends nothing', async () => {
  let stops = 0;
  const stage = await stageWith({
    around: (real) => ({
      publish(request, go) {
        stops += 1;
        if (stops === 1) standStill(700);
        return real.publish(request, go);
      },
    }),
  });
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  const [outcome] = await publishAll(stage, batchId);
  expect(outcome).toMatchObject({ outcome: 'wait', held: false });
  expect(outcome).toHaveProperty('why', expect.stringContaining('stood still'));
  expect(callsMade(stage)).toEqual([]);
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending', owesDownload: false }]);
  expect(await stage.database.sql`select 1 from calls`).toEqual([]);
  expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published' }]);
  expect(callsMade(stage)).toEqual(['POST scraping-job']);
});

/** Holds the batches, and ends every session that waits for one, for a while. */
async function databaseAway(stage: Stage, forMs: number): Promise<void> {
  await stage.database.sql.begin(async (tx) => {
    await tx`select id from batches for update`;
    for (const until = Date.now() + forMs; Date.now() < until;)
      await tx`select pg_terminate_backend(pid) from pg_stat_activity
        where pg_backend_pid() = any(pg_blocking_pids(pid))`;
  });
}

it('B.16: Postgres away just after the API answered: the job id is kept', async () => {
  let away = Promise.resolve();
  const stage: Stage = await stageWith({
    around: (real) => ({
      async publish(request, go) {
        const answer = await real.publish(request, go);
        away = databaseAway(stage, 1_500);
        return answer;
      },
    }),
  });
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published' }]);
  await away;
  const [job] = await jobsOf(stage, batchId);
  expect(job).toMatchObject({ state: 'published', scrapingJobId: stage.sandbox.calls()[0]?.jobId });
});
