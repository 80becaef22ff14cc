import { afterEach, describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { setBatchState } from '../../../src/db/batches.ts';
import type { ActionDone, Preview } from '../../../src/http/api/contract.ts';
import { testApi, fakeSteering } from '../../support/http/api.ts';
import { testApp } from '../../support/http/app.ts';
import { OPEN } from '../../support/http/sign-in-rules.ts';
import { batchOf, orderUrl, rowsOf } from '../../support/activities/batch.ts';
import { oneRound, publishAll } from '../../support/activities/rounds.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage, StageOptions } from '../../support/activities/stage.ts';

const stageWith = useStage();
const TASK = 'official_website_tracking';
const VIEWER = { name: 'ben', role: 'viewer', token: 'ben-token-0123456789' } as const;
const OPERATOR = { name: 'anna', role: 'operator', token: 'anna-token-0123456789' } as const;

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

/** The API whose workflows are the activities themselves. */
async function apiOn(options: StageOptions = {}) {
  const stage = await stageWith(options);
  const steering = fakeSteering();
  steering.retry.mockImplementation(async ({ id: batchId }, message) => {
    await stage.run(stage.activities.retryRows, { batchId, ...message });
  });
  const api = testApi(stage.database, { steering });
  app = testApp(stage.database, { api, signIn: { ...OPEN, tokens: [OPERATOR, VIEWER] } }).app;
  return { stage, steering };
}

let acts = 0;
/** What either of the two answers, or why not. */
type Told = Partial<ActionDone & Preview & { error: string }>;

async function post(
  url: string,
  body: object,
  { token }: { token: string } = OPERATOR,
): Promise<{ status: number; body: Told }> {
  acts += 1;
  if (app === null) throw new Error('no app');
  const answer = await app.inject({
    method: 'POST',
    url,
    headers: { host: 'localhost', authorization: `Bearer ${token}` },
    payload: { id: `act-${acts}`, ...body },
  });
  return { status: answer.statusCode, body: JSON.parse(answer.body) as Told };
}

const act = (batchId: string, body: object, who?: { token: string }) =>
  post(`/api/batches/${batchId}/actions`, body, who);
const preview = (batchId: string, body: object) => post(`/api/batches/${batchId}/preview`, body);

/** A result, two failures of one kind and one of another, and a row that is invalid. */
const MIXED = [orderUrl(1), orderUrl(2, 'empty'), orderUrl(3, 'empty'), orderUrl(4, 'empty'), '?'];

async function mixed(stage: Stage): Promise<string> {
  const batchId = await batchOf(stage, TASK, MIXED);
  await oneRound(stage, batchId);
  await stage.database.sql`update rows set error = 'its page could not be loaded' where row = 5`;
  return batchId;
}

describe('retry', () => {
  it('tells beforehand what it takes and costs, and afterwards what it took and left', async () => {
    const { stage } = await apiOn();
    const batchId = await mixed(stage);
    const filter = { reason: 'empty-page' };
    const told = await preview(batchId, { action: 'retry', filter });
    expect(told.body).toMatchObject({ takes: 2, leaves: [], jobs: 2, calls: 4, credits: 2 });
    expect(told.body.finishedAt).toMatch(/Z$/);
    expect((await rowsOf(stage, batchId)).map(({ state }) => state)).not.toContain('pending');
    const done = await act(batchId, { action: 'retry', filter, why: 'the shop was closed' });
    expect(done.body).toMatchObject({ took: 2, leaves: [], status: { counts: { pending: 2, failed: 1 } } });
    const [action] = await stage.database.sql`select by, why, details from actions`;
    expect(action).toEqual({ by: 'anna', why: 'the shop was closed', details: 'rows 3-4: 2 rows, 2 jobs' });
  });

  it('says why it leaves rows that were named', async () => {
    const { stage } = await apiOn();
    const batchId = await mixed(stage);
    const body = { action: 'retry', rows: [5, 6, 99] };
    const leaves = [
      { why: 'invalid', rows: 1, first: [6] },
      { why: 'not-in-batch', rows: 1, first: [99] },
    ];
    expect((await preview(batchId, body)).body).toMatchObject({ takes: 1, leaves });
    expect((await act(batchId, body)).body).toMatchObject({ took: 1, leaves });
    const again = await act(batchId, body);
    expect(again).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('none of these rows') },
    });
  });

  it('asks rows with a result again only where they are meant', async () => {
    const { stage } = await apiOn();
    const batchId = await mixed(stage);
    const text = await preview(batchId, { action: 'retry', filter: { q: 'vieworder' } });
    expect(text.body).toMatchObject({ takes: 3, leaves: [{ why: 'completed', rows: 1, first: [2] }] });
    const completed = await preview(batchId, { action: 'retry', filter: { state: 'completed' } });
    expect(completed.body).toMatchObject({ takes: 1, leaves: [] });
  });

  it('takes a message once, however often it is sent', async () => {
    const { stage } = await apiOn();
    const batchId = await mixed(stage);
    const body = { action: 'retry', filter: { state: 'failed' }, id: 'the same' };
    expect((await act(batchId, body)).body.took).toBe(3);
    expect(await act(batchId, body)).toMatchObject({ status: 200, body: { took: 0 } });
    expect((await rowsOf(stage, batchId)).filter(({ state }) => state === 'pending')).toHaveLength(3);
  });

  /** Four thousand failed rows, none beside another. */
  async function manyFailed(stage: Stage): Promise<string> {
    const inputs = Array.from({ length: 8_000 }, (_, n) => orderUrl(n));
    const batchId = await batchOf(stage, TASK, inputs);
    await stage.database
      .sql`update rows set state = 'failed', error = 'its page came back empty' where row % 2 = 0`;
    await stage.database.sql`update jobs set state = 'completed'`;
    return batchId;
  }

  it('that broke off among many rows takes the others when it is sent again', async () => {
    const { stage, steering } = await apiOn();
    const batchId = await manyFailed(stage);
    const body = { action: 'retry', filter: { reason: 'empty-page' }, id: 'broken off' };
    const take = steering.retry.getMockImplementation()!;
    steering.retry.mockImplementationOnce(take).mockRejectedValueOnce(new Error('14 UNAVAILABLE'));
    expect((await act(batchId, body)).status).toBe(500);
    expect((await act(batchId, body)).status).toBe(200);
    expect((await rowsOf(stage, batchId)).filter(({ state }) => state === 'failed')).toEqual([]);
    expect(await act(batchId, body)).toMatchObject({ status: 200, body: { took: 0 } });
  });

  it('sends many rows in messages that stay small', async () => {
    const { stage, steering } = await apiOn();
    const batchId = await manyFailed(stage);
    const done = await act(batchId, { action: 'retry', filter: { reason: 'empty-page' } });
    expect(done.body).toMatchObject({ took: 4_000, leaves: [] });
    const sent = steering.retry.mock.calls.map(([, { rows }]) => rows);
    expect(sent).toHaveLength(2);
    for (const each of sent) expect(each.length).toBeLessThan(16_000);
    expect(sent.join(',').split(',')).toEqual(
      Array.from({ length: 4_000 }, (_, index) => String(2 + 2 * index)),
    );
  });
});

describe('give up', () => {
  it('takes rows that are waited for, and wakes the batch', async () => {
    const { stage, steering } = await apiOn();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2), '?']);
    await publishAll(stage, batchId);
    const body = { action: 'give-up', filter: { q: 'vieworder' }, why: 'nobody needs them' };
    expect((await preview(batchId, body)).body).toMatchObject({
      takes: 2,
      jobs: 0,
      calls: 0,
      finishedAt: null,
    });
    expect((await act(batchId, body)).body).toMatchObject({ took: 2, status: { counts: { failed: 2 } } });
    expect(steering.wake).toHaveBeenCalledOnce();
    const [row] = await rowsOf(stage, batchId);
    expect(row?.error).toBe('given up by anna: nobody needs them');
    expect(await act(batchId, body)).toMatchObject({ status: 409 });
  });
});

describe('pause, resume and cancel', () => {
  it('tell what is in flight, and pass on who and why', async () => {
    const { stage, steering } = await apiOn();
    const batchId = await batchOf(stage, TASK, [orderUrl(1), orderUrl(2), orderUrl(3)]);
    await stage.run(stage.activities.publishJob, {
      batchId,
      jobId: (await stage.database.sql`select min(id)::int as id from jobs`)[0]!['id'] as number,
    });
    const told = await preview(batchId, { action: 'pause' });
    expect(told.body).toMatchObject({
      takes: 2,
      jobs: 0,
      inFlight: { jobs: 1, lastAt: expect.stringMatching(/Z$/) },
    });
    expect((await preview(batchId, { action: 'resume' })).body).toMatchObject({
      takes: 2,
      jobs: 2,
      calls: 4,
      credits: 2,
      opens: null,
    });
    await act(batchId, { action: 'pause', why: 'lunch', id: 'one' });
    await act(batchId, { action: 'cancel', drop: true, id: 'two' });
    const [, message] = steering.pause.mock.calls[0]!;
    expect(message).toEqual({ id: `${batchId} one`, by: 'anna', why: 'lunch' });
    expect(steering.cancel.mock.calls[0]![1]).toMatchObject({ drop: true, by: 'anna', why: null });
  });

  it('a resume tells which others it lets go on, as it opens what is held for all', async () => {
    const { stage } = await apiOn();
    const [batchId, other] = [
      await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/data/one.xlsx' }),
      await batchOf(stage, TASK, [orderUrl(2), orderUrl(3)], { workbook: '/data/two.xlsx' }),
    ];
    expect(other).not.toBe(batchId);
    await stage.database.sql`update account_clock set held_reason = 'the token is refused'`;
    const told = await preview(batchId, { action: 'resume' });
    expect(told.body).toMatchObject({ takes: 1, opens: { batches: 1, jobs: 2 } });
  });

  it('are refused of a batch that has ended', async () => {
    const { stage, steering } = await apiOn();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)]);
    await setBatchState(stage.db, batchId, 'cancelled', null);
    for (const action of ['pause', 'resume', 'cancel'])
      expect(await act(batchId, { action })).toMatchObject({
        status: 409,
        body: { error: `batch ${batchId} has ended: cancelled` },
      });
    expect(steering.pause).not.toHaveBeenCalled();
  });
});

describe('refused, nothing done', () => {
  it.each([
    ['an empty choice', { action: 'retry' }, 'no rows are named'],
    ['an empty filter', { action: 'retry', filter: { q: '  ' } }, 'no rows are named'],
    ['an empty list', { action: 'give-up', rows: [] }, 'no rows are named'],
    ['rows that are no numbers', { action: 'retry', rows: ['2'] }, 'rows is a list of row numbers'],
    ['an unknown reason', { action: 'retry', filter: { reason: 'bad' } }, 'reason is one of'],
    ['an unknown act', { action: 'drop' }, 'action is one of'],
    ['no act', {}, 'action is one of'],
    ['no id', { action: 'pause', id: '' }, 'id is missing'],
  ])('%s', async (_what, body, text) => {
    const { stage } = await apiOn();
    const batchId = await mixed(stage);
    const before = await rowsOf(stage, batchId);
    const answer = await act(batchId, body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(text) } });
    expect(await rowsOf(stage, batchId)).toEqual(before);
  });

  it('a viewer, who may not even ask what it would cost', async () => {
    const { stage } = await apiOn();
    const batchId = await mixed(stage);
    const body = { action: 'retry', filter: { state: 'failed' } };
    expect(await act(batchId, body, VIEWER)).toMatchObject({ status: 403 });
    expect(await stage.database.sql`select from actions`).toHaveLength(0);
  });

  it('a workbook that is not there', async () => {
    const { stage } = await apiOn();
    const batchId = await batchOf(stage, TASK, [orderUrl(1)], { workbook: '/nowhere/OWT-1.xlsx' });
    await oneRound(stage, batchId);
    expect(await act(batchId, { action: 'write' })).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('/nowhere/OWT-1.xlsx') },
    });
  });
});
