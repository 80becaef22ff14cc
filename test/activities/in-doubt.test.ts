import { describe, expect, it } from 'vitest';
import { batchFigures } from '../../src/db/batch-figures.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { callsMade, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage, StageOptions } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const LIST = 'GET scraping-jobs';

/** A job whose intent stands since `seconds`, its worker gone; whether the API has it or not. */
async function inDoubt(options: StageOptions & { taken: boolean; seconds?: number }) {
  const { taken, seconds = 121, ...own } = options;
  const stage = await stageWith(own);
  const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
  const [job] = await jobsOf(stage, batchId);
  const { customId = '', sitemapId, subjects = [] } = job ?? {};
  if (taken) await stage.webscraper.publish({ sitemapId: sitemapId ?? 0, startUrls: subjects, customId });
  await stage.database
    .sql`update jobs set state = 'publishing', intent_at = now() - make_interval(secs => ${seconds})`;
  return { stage, batchId };
}

const look = (stage: Stage) => stage.run(acquisitionOn(stage).checkOverdueJobs);
const listsOf = (stage: Stage) => callsMade(stage).filter((call) => call === LIST);
const postsOf = (stage: Stage) => callsMade(stage).filter((call) => call.startsWith('POST'));

/** Jobs of others in the account's list. */
async function publishOthers(stage: Stage, count: number): Promise<void> {
  for (let serial = 0; serial < count; serial += 1) {
    const startUrls = [orderUrl(5_000 + serial, 'lost-webhook')];
    await stage.webscraper.publish({ sitemapId: 789, startUrls, customId: `other-${serial}` });
  }
}

describe('a publish in doubt', () => {
  it('failure 9 of before: found in the list of jobs: adopted, and nothing is published again', async () => {
    const { stage, batchId } = await inDoubt({ taken: true });
    await stage.notified(1);
    expect(await look(stage)).toMatchObject({ adopted: 1, again: 0, failed: 0 });
    const [job] = await jobsOf(stage, batchId);
    expect(job).toMatchObject({ state: 'published', scrapingJobId: expect.any(Number) });
    expect(job?.deadlineAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await publishAll(stage, batchId)).toEqual([]);
    expect(await processAll(stage, batchId)).toMatchObject({ counts: { completed: 1 } });
    expect(postsOf(stage)).toHaveLength(1);
  });

  it('not found in a complete look: published again', async () => {
    const { stage, batchId } = await inDoubt({ taken: false });
    expect(await look(stage)).toMatchObject({ adopted: 0, again: 1, failed: 0 });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending' }]);
    expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'published' }]);
    expect(postsOf(stage)).toHaveLength(1);
  });

  it.each([true, false])(
    'not completely looked: waited for until the deadline, then failed (taken: %s)',
    async (taken) => {
      const { stage, batchId } = await inDoubt({ taken });
      stage.sandbox.addFault({ kind: 'list-500' });
      expect(await look(stage)).toMatchObject({ adopted: 0, again: 0, failed: 0 });
      expect(await batchFigures(stage.db, batchId)).toMatchObject({ inFlight: 1, next: null });
      const secs = stage.jobDeadlineMs / 1_000 + 1;
      await stage.database.sql`update jobs set intent_at = now() - make_interval(secs => ${secs})`;
      expect(await look(stage)).toMatchObject({ adopted: 0, again: 0, failed: 1 });
      const [row] = await rowsOf(stage, batchId);
      expect(row).toMatchObject({ state: 'failed', error: expect.stringMatching(/^perhaps published: /) });
      expect(postsOf(stage)).toHaveLength(taken ? 1 : 0);
    },
  );

  it('without a free call waits for one, and is not published blindly', async () => {
    const { stage, batchId } = await inDoubt({ taken: false, limits: { callLimit: 1 } });
    await stage.database.sql`insert into calls (kind, started_at, finished_at, expires_at)
      values ('check', now(), now(), now() + interval '1 hour')`;
    stage.time.nowMs = Date.now();
    expect(await look(stage)).toMatchObject({ again: 0, failed: 0 });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'publishing' }]);
    expect(listsOf(stage)).toEqual([]);
  });

  it('is not looked for as long as its worker may only have stood still', async () => {
    const { stage, batchId } = await inDoubt({ taken: false, seconds: 115 });
    expect(await look(stage)).toMatchObject({ adopted: 0, again: 0, failed: 0 });
    expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'publishing' }]);
    expect(listsOf(stage)).toEqual([]);
  });

  it('of many, one look is made for all', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(
      stage,
      TASK,
      [1, 2, 3].map((serial) => orderUrl(serial)),
    );
    await stage.database.sql`update jobs set state = 'publishing', intent_at = now() - interval '3 minutes'`;
    expect(await look(stage)).toMatchObject({ again: 3 });
    expect(listsOf(stage)).toHaveLength(1);
    expect(await batchFigures(stage.db, batchId)).toMatchObject({ inFlight: 0, counts: { pending: 3 } });
  });
});

describe('a list of more than a page', () => {
  it.each([true, false])('in no order at all is looked through to its end (taken: %s)', async (taken) => {
    const { stage } = await inDoubt({ taken, sandbox: { shuffleJobList: true, callLimit: 1_000 } });
    await publishOthers(stage, 120);
    expect(await look(stage)).toMatchObject({ adopted: taken ? 1 : 0, again: taken ? 0 : 1, failed: 0 });
    if (!taken) expect(listsOf(stage)).toHaveLength(2);
  });

  it('whose pages prove that older ones follow is not looked through further', async () => {
    let nowMs = Date.now() - 3_600_000;
    const { stage } = await inDoubt({
      taken: false,
      sandbox: { callLimit: 1_000, clock: { nowMs: () => (nowMs += 1_000) } },
    });
    await publishOthers(stage, 120);
    nowMs = Date.now();
    expect(await look(stage)).toMatchObject({ again: 1 });
    expect(listsOf(stage)).toHaveLength(1);
  });
});
