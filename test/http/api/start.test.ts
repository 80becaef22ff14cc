import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { Upload } from '../../../src/http/api/contract.ts';
import { writeSampleWorkbook } from '../../../src/sandbox/sample-workbook.ts';
import { batchOf, orderUrl } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import { fakeSteering, testApi } from '../../support/http/api.ts';
import { testApp } from '../../support/http/app.ts';
import { OPEN } from '../../support/http/sign-in-rules.ts';

const stageWith = useStage();
const ANNA = { name: 'anna', role: 'operator', token: 'anna-token-0123456789' } as const;
const CLEO = { name: 'cleo', role: 'operator', token: 'cleo-token-0123456789' } as const;
const BEN = { name: 'ben', role: 'viewer', token: 'ben-token-0123456789' } as const;
const TASK = 'yamato_tracking_only';

let folder: string;
let app: FastifyInstance | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsuiseki-uploads-'));
});
afterEach(async () => {
  await app?.close();
  app = null;
  await rm(folder, { recursive: true, force: true });
});

async function apiOn() {
  const stage = await stageWith();
  const steering = fakeSteering();
  const api = testApi(stage.database, { steering, uploadsDir: join(folder, 'uploads') });
  app = testApp(stage.database, { api, signIn: { ...OPEN, tokens: [ANNA, CLEO, BEN] } }).app;
  return { stage, steering };
}

interface Asked {
  who?: { token: string };
  key?: string;
  type?: string;
}

async function post(url: string, payload: string | Buffer, { who = ANNA, key, type }: Asked = {}) {
  if (app === null) throw new Error('no app');
  const headers = {
    host: 'localhost',
    authorization: `Bearer ${who.token}`,
    'content-type': type ?? 'application/json',
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const answer = await app.inject({ method: 'POST', url, headers, payload });
  return {
    status: answer.statusCode,
    body: JSON.parse(answer.body) as { error?: string } & Record<string, unknown>,
  };
}

const upload = (name: string, file: string | Buffer, task = '', who: { token: string } = ANNA) =>
  post(`/api/uploads?name=${encodeURIComponent(name)}&task=${task}`, file, {
    who,
    type: 'application/octet-stream',
  });
const uploaded = () => readdir(join(folder, 'uploads')).catch(() => []);

describe('POST /batches', () => {
  const rows = (...numbers: string[]) => JSON.stringify({ task: TASK, rows: numbers.map((a) => ({ a })) });

  it('starts a batch from rows', async () => {
    const { steering } = await apiOn();
    const { status, body } = await post('/batches', rows('3980-0412-3005'));
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { batchId: expect.any(String), workbook: null },
    });
    const [given] = steering.startRows.mock.calls[0]!;
    expect(given).toMatchObject({ task: TASK, rowsFrom: 'POST /batches', key: null });
    expect(given.content.rows[0]).toMatchObject({ row: 2, input: '3980-0412-3005' });
  });

  it('takes a key for one of its own for each who sends it', async () => {
    const { steering } = await apiOn();
    for (const who of [ANNA, ANNA, CLEO]) await post('/batches', rows('1'), { who, key: 'order 7' });
    const keys = steering.startRows.mock.calls.map(([{ key }]) => key);
    expect(keys[0]).toMatch(/^[\w-]{43}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it.each([
    ['no JSON', '{', 400],
    ['no task', '{"rows":[{"a":"1"}]}', 400],
    ['an unknown task', '{"task":"x","rows":[{"a":"1"}]}', 400],
    ['a task that nobody starts', '{"task":"redirect_to_japan_post_tracking","rows":[{"a":"1"}]}', 400],
    ['no rows', `{"task":"${TASK}"}`, 400],
    ['rows that are none', `{"task":"${TASK}","rows":[1]}`, 400],
    ['rows without a or b', `{"task":"${TASK}","rows":[{"c":"1"}]}`, 400],
    ['a list', '[]', 400],
    ['more than 10 MB', JSON.stringify({ task: TASK, rows: [{ a: 'x'.repeat(10 * 1024 * 1024) }] }), 413],
  ])('%s: refused in one line', async (_what, body, status) => {
    const { steering } = await apiOn();
    const answer = await post('/batches', body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(/^[^\n]{10,}$/);
    expect(steering.startRows).not.toHaveBeenCalled();
  });

  it('is not for viewers, nor for who is not signed in', async () => {
    const { steering } = await apiOn();
    expect(await post('/batches', rows('1'), { who: BEN })).toMatchObject({ status: 403 });
    expect(await post('/batches', rows('1'), { who: { token: 'x' } })).toMatchObject({ status: 401 });
    expect(steering.startRows).not.toHaveBeenCalled();
  });
});

describe('a file given to the page', () => {
  it('is understood before it is started, and started from where the workers see it', async () => {
    const { steering } = await apiOn();
    const path = join(folder, 'YTO-1.xlsx');
    await writeSampleWorkbook(path, { task: TASK, rows: 12 });
    const { status, body } = await upload('YTO-1.xlsx', await readFile(path));
    expect(status).toBe(200);
    const told = body as unknown as Upload;
    expect(told).toMatchObject({ name: 'YTO-1.xlsx', task: TASK, jobs: 12, calls: 24, credits: 12 });
    expect(told.counts).toMatchObject({ total: 12, pending: 12, invalid: 0 });
    expect(told.rows).toHaveLength(12);
    expect(steering.startWorkbook).not.toHaveBeenCalled();
    const started = await post(`/api/uploads/${told.upload}/start`, '{}');
    expect(started.status).toBe(200);
    const [workbook, task, by] = steering.startWorkbook.mock.calls[0]!;
    expect(workbook).toBe(join(folder, 'uploads', told.upload, 'YTO-1.xlsx'));
    expect([task, by]).toEqual([TASK, 'anna']);
    expect(await readFile(workbook)).toEqual(await readFile(path));
    // Its answer may have been lost.
    expect(await post(`/api/uploads/${told.upload}/start`, '{}')).toEqual(started);
    expect(steering.startWorkbook).toHaveBeenCalledOnce();
  });

  it('may be rows, whose file goes once they are started', async () => {
    const { steering } = await apiOn();
    const { body } = await upload('parcels.csv', 'a,b\n3980-0412-3005,\n?,\n', TASK);
    expect(body).toMatchObject({ task: TASK, counts: { total: 2, pending: 1, invalid: 1 } });
    expect((body as unknown as Upload).rows[1]).toMatchObject({
      row: 3,
      state: 'invalid',
      reason: 'no-number',
    });
    await post(`/api/uploads/${body['upload'] as string}/start`, '{}');
    const [given] = steering.startRows.mock.calls[0]!;
    expect(given).toMatchObject({ rowsFrom: 'parcels.csv', task: TASK, key: expect.any(String), by: 'anna' });
    const [id = ''] = await uploaded();
    expect(await readdir(join(folder, 'uploads', id))).toEqual(['upload.meta']);
  });

  it.each([
    ['../../../etc/passwd.csv', 'passwd.csv'],
    ['C:\\temp\\OWT-1.csv', 'OWT-1.csv'],
    ['/a/b/..\u0000/x\u202E.csv', null],
    ['追跡.csv', '追跡.csv'],
  ])('%j lands in a folder of its own', async (name, stored) => {
    await apiOn();
    const { status, body } = await upload(name, 'a\n1\n', TASK);
    if (stored === null) return expect({ status, left: await uploaded() }).toEqual({ status: 400, left: [] });
    expect({ status, name: body['name'] }).toEqual({ status: 200, name: stored });
    const [id] = await uploaded();
    expect((await readdir(join(folder, 'uploads', id!))).sort()).toEqual([stored, 'upload.meta'].sort());
  });

  it.each([
    ['a name of another kind', 'x.exe', 'MZ', TASK, 400, 'a workbook (.xlsx, .xlsm), or rows'],
    ['no name', '', 'x', TASK, 400, 'a workbook'],
    ['a name that is a kind alone', '.csv', 'a\n1', TASK, 400, 'a workbook'],
    ['a name that is too long', `${'x'.repeat(200)}.csv`, 'a\n1', TASK, 400, 'at most 200'],
    ['a Japanese name that is too long', `${'追'.repeat(66)}.csv`, 'a\n1', TASK, 400, 'at most 200 bytes'],
    ['a name that tells no task', 'x.csv', 'a\n1', '', 400, 'choose one'],
    ['an unknown task', 'x.csv', 'a\n1', 'y', 400, 'unknown task'],
    ['no workbook', 'YTO-1.xlsx', 'not a zip', '', 400, 'YTO-1.xlsx'],
    ['nothing', 'YTO-1.xlsx', '', '', 400, 'YTO-1.xlsx'],
    ['an empty list', 'x.json', '[]', TASK, 200, ''],
    ['rows that cannot be taken', 'x.json', '{', TASK, 400, 'x.json'],
    ['too many rows', 'x.csv', `a\n${'1\n'.repeat(5_300_000)}`, TASK, 413, 'larger than 10 MB'],
  ])('%s: a clear answer, nothing kept', async (_what, name, file, task, status, text) => {
    const { steering } = await apiOn();
    const answer = await upload(name, file, task);
    expect(answer).toMatchObject({ status });
    if (status === 200) return;
    expect(answer.body.error).toContain(text);
    expect(await uploaded()).toEqual([]);
    expect(steering.startWorkbook).not.toHaveBeenCalled();
  });

  it('is a file and nothing else', async () => {
    await apiOn();
    for (const type of ['application/json', 'text/plain'])
      expect(await post('/api/uploads?name=YTO-1.xlsx', '{}', { type })).toMatchObject({ status: 400 });
    expect(await uploaded()).toEqual([]);
  });

  it("is an operator's to give", async () => {
    await apiOn();
    expect(await upload('x.csv', 'a\n1', TASK, BEN)).toMatchObject({ status: 403 });
    expect(await uploaded()).toEqual([]);
  });

  it('is forgotten after a day, unless a batch has it', async () => {
    await apiOn();
    const ids: string[] = [];
    for (const name of ['old.csv', 'new.csv'])
      ids.push((await upload(name, 'a\n3980-0412-3005\n', TASK)).body['upload'] as string);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(folder, 'uploads', ids[0]!, 'upload.meta'), yesterday, yesterday);
    const path = join(folder, 'YTO-1.xlsx');
    await writeSampleWorkbook(path, { task: TASK, rows: 2 });
    const workbook = (await upload('YTO-1.xlsx', await readFile(path))).body['upload'] as string;
    await post(`/api/uploads/${workbook}/start`, '{}');
    await utimes(join(folder, 'uploads', workbook, 'upload.meta'), yesterday, yesterday);
    await upload('next.csv', 'a\n1\n', TASK);
    expect(await uploaded()).not.toContain(ids[0]);
    expect(await uploaded()).toContain(ids[1]);
    expect(await readdir(join(folder, 'uploads', workbook))).toEqual(['YTO-1.xlsx']);
  });

  it.each(['x', '..', '%2e%2e%2f%2e%2e', '00000000-0000-0000-0000-000000000000'])(
    'is not found as %s',
    async (id) => {
      await apiOn();
      expect((await post(`/api/uploads/${id}/start`, '{}')).status).toBe(404);
    },
  );
});

describe('download', () => {
  it('gives the workbook under its own name, and says where there is none', async () => {
    const { stage } = await apiOn();
    const path = join(folder, 'OWT-"大阪".xlsx');
    await writeSampleWorkbook(path, { task: 'official_website_tracking', rows: 3 });
    const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)], { workbook: path });
    const headers = { host: 'localhost', authorization: `Bearer ${BEN.token}` };
    const asked = { method: 'GET', url: `/api/batches/${batchId}/workbook`, headers } as const;
    const answer = await app!.inject(asked);
    expect(answer.rawPayload.equals(await readFile(path))).toBe(true);
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="OWT-____.xlsx"; filename*=UTF-8''OWT-%22%E5%A4%A7%E9%98%AA%22.xlsx`,
    );
    await rm(path);
    expect(await app!.inject(asked)).toMatchObject({ statusCode: 404 });
  });
});
