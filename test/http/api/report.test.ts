import ExcelJS from 'exceljs';
import { afterEach, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
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
async function givenApp(): Promise<void> {
  const { database } = await stageWith();
  app = testApp(database, { api: testApi(database) }).app;
  await givenBatch(database, 'now');
  await givenBatch(database, 'old', { startedAt: new Date(Date.now() - 50 * 86_400_000) });
  await database.sql`insert into parcels (carrier, number, order_number, serial, status, since, to_office)
    select 'yamato', n::text, '', 1, 'delivered', now(), 'office ' || n from generate_series(1, 25) n`;
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
