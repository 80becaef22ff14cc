import { describe, expect, it } from 'vitest';
import { createResultsActivities } from '../../activities/results.ts';
import { storeNotifications } from '../../src/db/inbox.ts';
import { batchOf, jobsOf, notificationsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { callsMade, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const POISONED = '183792779166';
const OTHER = '220456138000';
/** No database takes that year. */
const CSV = `\uFEFFweb-scraper-order,web-scraper-start-url,状態発生日,配送履歴,詳細1,取扱局,県名等\r\n1-1,u,0000/01/01 10:00,引受,,,\r\n`;

/** Two numbers published and notified; what comes of the first poisons whoever saves it, as often as `times`. */
async function poisoned(times = Infinity) {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'japan_post_tracking_only', [POISONED, OTHER]);
  await publishAll(stage, batchId);
  await stage.notified(2);
  const [first] = await jobsOf(stage, batchId);
  let downloads = 0;
  const csv: Stage['webscraper']['csv'] = async (id) => {
    const answer = await stage.webscraper.csv(id);
    if (id !== first?.scrapingJobId) return answer;
    downloads += 1;
    return downloads > times ? answer : { ...answer, value: Buffer.from(CSV) };
  };
  const { processResults } = createResultsActivities({ ...stage, webscraper: { ...stage.webscraper, csv } });
  const read = async () => {
    await stage.database.sql`update jobs set read_after = null`;
    return stage.run(processResults, { batchId });
  };
  return { stage, batchId, read, job: first, downloads: () => downloads };
}

describe('a result that Postgres refuses', () => {
  it('is tried three times with one download, then its row fails; the others go on', async () => {
    const { stage, batchId, read, downloads } = await poisoned();
    const first = await read();
    expect(first).toMatchObject({ unread: 0, counts: { completed: 1, published: 1 } });
    expect(first.readInMs).toBeGreaterThan(0);
    expect(await read()).toMatchObject({ counts: { completed: 1, published: 1 } });
    expect(await read()).toMatchObject({
      unread: 0,
      readInMs: null,
      inFlight: 0,
      counts: { completed: 1, failed: 1 },
    });
    const [row] = await rowsOf(stage, batchId);
    expect(row).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^its result could not be saved: ./),
    });
    expect(downloads()).toBe(1);
    expect((await notificationsOf(stage)).map(({ outcome }) => outcome)).toEqual(['processed', 'processed']);
    expect(
      await stage.run(stage.activities.endBatch, { batchId, state: 'completed', reason: null }),
    ).toMatchObject({ ended: true });
  });

  it('told of again after it was given up, is downloaded anew: what was kept of it is gone', async () => {
    const { stage, batchId, read, job, downloads } = await poisoned(1);
    for (let tries = 0; tries < 3; tries += 1) await read();
    expect(await stage.database.sql`select from kept_downloads`).toHaveLength(0);
    const { customId = '', sitemapId = null, scrapingJobId } = job ?? {};
    const told = { source: 'webhook', customId, sitemapId, scrapingJobId: scrapingJobId ?? 0 } as const;
    await storeNotifications(stage.db, [{ ...told, status: 'finished' }]);
    expect(await read()).toMatchObject({ counts: { completed: 2, failed: 0 } });
    expect(downloads()).toBe(2);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ error: null }, {}]);
  });
});

it('a result that kills its reader is given up after three tries that never came to an end', async () => {
  const { stage, batchId, read, job, downloads } = await poisoned();
  await stage.database.sql`update jobs set result_tries = 3 where id = ${job?.id ?? 0}`;
  expect(await read()).toMatchObject({ inFlight: 0, counts: { completed: 1, failed: 1 } });
  const [row] = await rowsOf(stage, batchId);
  expect(row?.error).toBe('its result could not be read in 3 tries; retry the row');
  expect(downloads()).toBe(0);
});

it('a process that ends between download and database pays for nothing twice', async () => {
  const { stage, read, job, downloads } = await poisoned(1);
  await read();
  const kept = await stage.webscraper.csv(job?.scrapingJobId ?? 0);
  await stage.database.sql`update kept_downloads set csv = ${kept.value} where job_id = ${job?.id ?? 0}`;
  expect(await read()).toMatchObject({ counts: { completed: 2 } });
  expect(downloads()).toBe(1);
  expect(await stage.database.sql`select from kept_downloads`).toHaveLength(0);
});

describe('shelved', () => {
  /** A stage whose API says `shelved` of a job that has ended. */
  async function shelved(records: number) {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1, 'lost-webhook')]);
    await publishAll(stage, batchId);
    const job: Stage['webscraper']['job'] = async (id) => {
      const answer = await stage.webscraper.job(id);
      return { ...answer, value: { ...answer.value, status: 'shelved', storedRecordCount: records } };
    };
    const told = { ...stage, webscraper: { ...stage.webscraper, job } };
    await stage.database.sql`update jobs set deadline_at = now() - interval '1 second'`;
    expect(await stage.run(acquisitionOn(told).checkOverdueJobs)).toMatchObject({ asked: 1, found: 1 });
    const figures = await stage.run(createResultsActivities(told).processResults, { batchId });
    return { stage, batchId, figures };
  }

  it('is an end: without records its row fails with that', async () => {
    const { stage, batchId, figures } = await shelved(0);
    expect(figures).toMatchObject({ inFlight: 0, counts: { failed: 1 } });
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toMatch(/^scraping job \d+ ended shelved without records$/);
    expect(callsMade(stage)).not.toContain('GET scraping-job/N/csv');
  });

  it('with records: they are results', async () => {
    const { figures } = await shelved(1);
    expect(figures).toMatchObject({ inFlight: 0, counts: { completed: 1 } });
  });
});
