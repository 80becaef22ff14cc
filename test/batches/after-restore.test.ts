import { afterEach, beforeEach, expect, it } from 'vitest';
import { reconcileJobs } from '../../src/batches/after-restore.ts';
import type { RestoreStep } from '../../src/batches/after-restore.ts';
import type { Database } from '../../src/db/database.ts';
import { beginDoubt, endDoubt } from '../../src/db/installation.ts';
import { findJob } from '../../src/db/jobs.ts';
import { restoredWorld } from '../support/batches/restored-world.ts';
import type { World } from '../support/batches/restored-world.ts';

let world: World;
beforeEach(async () => {
  world = await restoredWorld({ shuffleJobList: true });
  await world.batch();
});
afterEach(() => world.close());

/** Holds a database against the account; gives what was told, without the details. */
async function reconcile(database: Database): Promise<[string, string | null][]> {
  const steps: RestoreStep[] = [];
  const onWait = () => Promise.reject(new TypeError('no call free'));
  const deps = { ...world.partsOn(database), configured: <T>(task: T) => task, onWait };
  const { broke } = await reconcileJobs(deps, (step) => void steps.push(step));
  expect(broke).toBeNull();
  return steps.map(({ what, customId, batchId }) => [what, customId ?? batchId]);
}

const publishes = (customId: string) =>
  world.webscraper.publish({ sitemapId: 1_421_177, startUrls: ['https://a.example/'], customId });

it('a publish in doubt at the backup is adopted where it was taken, and waits for its turn where it was not', async () => {
  const { database } = world.backed;
  const [taken, lost] = [await world.job(1), await world.job(2)];
  await database.sql`update jobs set state = 'publishing', owes_download = true, intent_at = now() - interval '2 days'`;
  await publishes('owryt-b1-1');
  expect(await reconcile(database)).toEqual([
    ['adopted', 'owryt-b1-1'],
    ['not published', 'owryt-b1-2'],
  ]);
  expect(await findJob(database.db, taken)).toMatchObject({
    state: 'published',
    scrapingJobId: expect.any(Number) as number,
  });
  expect(await findJob(database.db, lost)).toMatchObject({ state: 'pending', owesDownload: false });
});

it('a job that was redirected since the backup is not redirected once more', async () => {
  const { database } = world.backed;
  const id = await world.job(1);
  await world.publish(database, id);
  await publishes('rtjpt-from-owryt-b1-1');
  expect(await reconcile(database)).toEqual([['adopted', 'rtjpt-from-owryt-b1-1']]);
  const [second] =
    await database.sql`select state, redirect_of::int, subjects, sitemap_id::int from jobs where id <> ${id}`;
  expect(second).toEqual({
    state: 'published',
    redirect_of: id,
    subjects: ['https://a.example/1'],
    sitemap_id: 1_422_223,
  });
  expect(await findJob(database.db, id)).toMatchObject({ state: 'redirected', owesDownload: false });
  expect([...(await database.sql`select state from rows`)]).toEqual([{ state: 'redirected' }]);
  expect(await reconcile(database)).toEqual([['ended', 'rtjpt-from-owryt-b1-1']]);
});

it('redirected for one of several URLs: nobody knows for which, and none is published again', async () => {
  const { database } = world.backed;
  const id = await world.job(1, { subjects: ['https://a.example/1', 'https://a.example/2'] });
  await world.publish(database, id);
  await publishes('rtjpt-from-owryt-b1-1');
  expect(await reconcile(database)).toEqual([
    ['ended', 'owryt-b1-1'],
    ['unknown rows', 'rtjpt-from-owryt-b1-1'],
  ]);
  const [second] = await database.sql`select state, redirect_of::int from jobs where id <> ${id}`;
  expect(second).toEqual({ state: 'failed', redirect_of: id });
});

it('what a retry or a save published since is told, its name is taken, and its batch waits for a person', async () => {
  const { database } = world.backed;
  await world.job(1);
  await publishes('owryt-b1-2');
  await publishes('owryt-261124-k3m9qx-1');
  await publishes('of-somebody-else-1');
  expect(await reconcile(database)).toEqual([
    ['unknown rows', 'owryt-b1-2'],
    ['unknown batch', 'owryt-261124-k3m9qx-1'],
    ['paused', 'b1'],
  ]);
  const [batch] = await database.sql`select paused from batches where id = 'b1'`;
  expect(batch).toEqual({
    paused: {
      by: 'tsuiseki',
      why: '1 of its jobs were published after the backup for rows that are not known any more: resume publishes for those rows again',
    },
  });
  const names = await database.sql`select custom_id, state from jobs order by seq`;
  expect([...names]).toEqual([
    { custom_id: 'owryt-b1-1', state: 'pending' },
    { custom_id: 'owryt-b1-2', state: 'failed' },
  ]);
  expect(await reconcile(database)).toEqual([['unknown batch', 'owryt-261124-k3m9qx-1']]);
});

it('an older job of the list is nobody’s to wonder about', async () => {
  const { database } = world.backed;
  await publishes('owryt-261124-k3m9qx-1');
  await database.sql`insert into calls (kind, started_at, expires_at) values ('publish', now() + interval '1 day', now())`;
  expect(await reconcile(database)).toEqual([]);
});

it('a batch that has ended keeps its end: what it waited for is adopted, and owes no call', async () => {
  const { database } = world.backed;
  const id = await world.job(1);
  await database.sql`update batches set state = 'cancelled', finished_at = now()`;
  await publishes('owryt-b1-1');
  expect(await reconcile(database)).toEqual([['adopted', 'owryt-b1-1']]);
  expect(await findJob(database.db, id)).toMatchObject({ state: 'published', owesDownload: false });
});

it('a doubt that was begun is the same until its end, also for who begins it again', async () => {
  const {
    database: { db },
  } = world.backed;
  const first = await beginDoubt(db);
  expect(await beginDoubt(db)).toEqual(first);
  await endDoubt(db);
  expect((await beginDoubt(db)).getTime()).toBeGreaterThanOrEqual(first.getTime());
});
