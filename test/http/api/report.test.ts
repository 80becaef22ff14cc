import ExcelJS from 'exceljs';
import { afterEach, expect, it, vi } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../../src/db/database.ts';
import type { ReportView } from '../../../src/http/api/contract.ts';
import { useStage } from '../../support/activities/stage.ts';
import { givenBatch } from '../../support/db/given-batch.ts';
import { testApi } from '../../support/http/api.ts';
import { testApp } from '../../support/http/app.ts';

const stageWith = useStage();

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function get(url: string) {
  const answer = await app?.inject({ method: 'GET', url, headers: { host: 'localhost' } });
  if (answer === undefined) throw new Error('no app');
  return answer;
}

/** An app on a batch of today, one of fifty days ago, and parcels to more offices than are shown. */
async function givenApp(): Promise<Database> {
  const { database } = await stageWith();
  app = testApp(database, { api: testApi(database) }).app;
  await givenBatch(database, 'now');
  await givenBatch(database, 'old', { startedAt: new Date(Date.now() - 50 * 86_400_000) });
  await database.sql`insert into parcels (carrier, number, order_number, serial, status, since, to_office)
    select 'yamato', n::text, '', 1, 'delivered', now(), 'office ' || n from generate_series(1, 25) n`;
  return database;
}

it('is of the last thirty days, or of those that are asked for', async () => {
  await givenApp();
  const recent = (await get('/api/report')).json<ReportView>();
  expect(recent.tasks).toMatchObject([{ batches: 1 }]);
  expect(Date.parse(recent.to) - Date.parse(recent.from ?? '')).toBeGreaterThan(29 * 86_400_000);
  expect([recent.destinations.length, recent.left]).toEqual([20, { origins: 0, destinations: 5, lanes: 0 }]);
  expect((await get('/api/report?from=all')).json<ReportView>()).toMatchObject({
    from: null,
    tasks: [{ batches: 2 }],
  });
  const past = (await get('/api/report?from=2026-01-01&to=2026-02-01')).json<ReportView>();
  expect(past).toMatchObject({ from: '2025-12-31T15:00:00.000Z', to: '2026-01-31T15:00:00.000Z', tasks: [] });
});

it('up to a day and from none, is of the thirty days before it', async () => {
  await givenApp();
  const { from, to } = (await get('/api/report?to=2026-02-01')).json<ReportView>();
  expect([from, to]).toEqual(['2026-01-01T15:00:00.000Z', '2026-01-31T15:00:00.000Z']);
});

it('many that wait for a roll-up take one connection between them', async () => {
  const { db } = await givenApp();
  const begin = vi.spyOn(db, 'transaction');
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  begin.mockImplementationOnce(() => held.then(() => 0));
  const files = Array.from({ length: 12 }, () => get('/api/report.csv'));
  await vi.waitFor(() => expect(begin).toHaveBeenCalled());
  expect((await get('/api/batches')).statusCode).toBe(200);
  expect(begin).toHaveBeenCalledTimes(1);
  release();
  expect((await Promise.all(files)).map(({ statusCode }) => statusCode)).toEqual(files.map(() => 200));
});

it('is a file of all of it, too', async () => {
  await givenApp();
  const csv = await get('/api/report.csv');
  expect(csv.headers['content-disposition']).toContain('report.csv');
  expect(csv.body).toContain('Destinations,yamato / office 25,delivered,1\r\n');
  const xlsx = await get('/api/report.xlsx');
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load(xlsx.rawPayload as unknown as ExcelJS.Buffer);
  expect(workbook.getWorksheet('Destinations')?.rowCount).toBe(3 + 25);
});

it.each([
  ['/api/report?from=2026-02-31', 'from is a day such as 2026-01-31'],
  ['/api/report?to=yesterday', 'to is a day such as 2026-01-31'],
  ['/api/report?from=2026-02-01&to=2026-02-01', 'from is not before to'],
  ['/api/report.csv?from=2026-02-02&to=2026-02-01', 'from is not before to'],
  ['/api/report.xlsx?from=+010000-01-01', 'from is a day such as 2026-01-31'],
])('%s: 400', async (url, error) => {
  await givenApp();
  const answer = await get(url);
  expect([answer.statusCode, answer.json<unknown>()]).toEqual([400, { error }]);
});
