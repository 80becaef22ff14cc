import { describe, expect, it } from 'vitest';
import { readAccount } from '../../src/pacing/account-figures.ts';
import { findBatch, setBatchState } from '../../src/db/batches.ts';
import { rowReports } from '../../src/batches/row-reports.ts';
import { batchStatus } from '../../src/batches/status.ts';
import { ApiError } from '../../src/webscraper/api-error.ts';
import { batchOf, jobsOf, orderUrl } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { oneRound, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';

async function statusOf(stage: Stage, batchId: string) {
  const batch = await findBatch(stage.db, batchId);
  if (batch === null) throw new Error('the batch is gone');
  return batchStatus(stage.db, batch, stage.clock.limits);
}

describe('status', () => {
  it('has the promised fields, and an end in sight while something is to come', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), '?'], { workbook: '/data/OWT-1.xlsx' });
    const status = await statusOf(stage, batchId);
    expect(status).toEqual({
      batchId,
      workflowId: `tracking:${TASK}:${batchId}`,
      runId: null,
      task: TASK,
      workbook: '/data/OWT-1.xlsx',
      rowsFrom: null,
      state: 'running',
      reason: null,
      counts: { total: 2, pending: 1, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 1 },
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      finishedAt: null,
      eta: expect.stringMatching(/Z$/),
      notes: [],
    });
    await oneRound(stage, batchId);
    expect((await statusOf(stage, batchId)).eta).toBeNull();
    await setBatchState(stage.db, batchId, 'completed', null);
    expect((await statusOf(stage, batchId)).finishedAt).toMatch(/Z$/);
  });

  it('tells of an account that is held, to the batches it concerns', async () => {
    const stage = await stageWith();
    const waiting = await batchOf(stage, TASK, [orderUrl(1, 'publish-403')]);
    const done = await batchOf(stage, TASK, ['?']);
    await publishAll(stage, waiting);
    const reason = 'publishing is held: Web Scraper Cloud answered 403 to a publish';
    expect(await statusOf(stage, waiting)).toMatchObject({ reason, eta: null });
    expect((await statusOf(stage, done)).reason).toBeNull();
  });

  it('tells no time of the end of jobs that are long overdue: it would only move on with the clock', async () => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await publishAll(stage, batchId);
    expect((await statusOf(stage, batchId)).eta).not.toBeNull();
    await stage.database.sql`update jobs set published_at = published_at - interval '1 hour'`;
    expect((await statusOf(stage, batchId)).eta).toBeNull();
  });

  it('tells until when the account is closed', async () => {
    const stage = await stageWith();
    stage.time.nowMs = Date.now();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    const [job] = await jobsOf(stage, batchId);
    const turn = await stage.clock.reserveCheck(job?.id ?? 0);
    if (!turn.granted) throw new Error('no call is free');
    const rateLimit = { budget: null, retryAfterMs: 600_000 };
    await stage.clock.settle(
      turn.callId,
      new ApiError('API_RATE_LIMITED', '429', { httpStatus: 429, rateLimit }),
    );
    const { notice, expiriesMs, owed } = await readAccount(stage.db, stage.clock.limits);
    expect(notice).toMatch(/^closed until \d\d:\d\d:\d\d UTC, 429 from the API$/);
    expect([expiriesMs.length, owed]).toEqual([1, 0]);
    expect((await statusOf(stage, batchId)).reason).toBe(notice);
  });
});

it('rows: the latest job of each, in the sheet’s order', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2, 'publish-422:1'), '?']);
  await oneRound(stage, batchId);
  const message = { batchId, ...newMessage(), rows: null };
  await stage.run(stage.activities.retryRows, message);
  const reports = await rowReports(stage.db, batchId);
  const [first] = await jobsOf(stage, batchId);
  expect(reports).toMatchObject([
    {
      row: 2,
      state: 'completed',
      source: 'webscraper',
      customId: `owt-${batchId}-1`,
      error: null,
      warnings: [],
    },
    {
      row: 3,
      state: 'pending',
      source: null,
      customId: `owt-${batchId}-3`,
      scrapingJobId: null,
      result: null,
    },
    { row: 4, state: 'invalid', input: '?', url: null, customId: null, error: expect.any(String) },
  ]);
  expect(reports[0]?.['scrapingJobId']).toBe(first?.scrapingJobId);
  expect(Object.keys(reports[0] ?? {})).toEqual([
    'row',
    'input',
    'url',
    'state',
    'source',
    'customId',
    'scrapingJobId',
    'trackingNumber',
    'status',
    'statusText',
    'result',
    'error',
    'warnings',
    'reason',
    'subStatus',
    'notRegisteredDay',
    'carrierHint',
  ]);
});
