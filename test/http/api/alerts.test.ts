import { afterEach, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { AlertList } from '../../../src/http/api/contract.ts';
import { batchOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import { numbersFrom, TASK } from '../../support/activities/yamato.ts';
import { seeParcels } from '../../support/batches/named-parcels.ts';
import { dayAt } from '../../support/carriers/histories.ts';
import { testApi } from '../../support/http/api.ts';
import { testApp } from '../../support/http/app.ts';

const stageWith = useStage();

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

it('the page is told of parcels that need somebody: some of each reason, and how many there are', async () => {
  const stage = await stageWith();
  ({ app } = testApp(stage.database, { api: testApi(stage.database) }));
  const get = async (query: string) => {
    const answer = await app?.inject({ url: `/api/alerts${query}`, headers: { host: 'localhost' } });
    return { status: answer?.statusCode, list: JSON.parse(answer?.body ?? '') as AlertList };
  };
  const batchId = await batchOf(stage, TASK, numbersFrom(0, 3));
  const today = (Date.now() - Date.parse(dayAt(0))) / 86_400_000;
  const lines = [`持戻@${today - 1}`, `調査中@${today - 2}`, `調査中@${today - 1}`];
  await seeParcels(stage, batchId, lines, today);

  const counts = { 'sent-back-soon': 0, 'brought-back': 1, exception: 2, returned: 0, silent: 0 };
  const reasonsOf = ({ alerts }: AlertList) => alerts.map(({ reason }) => reason);
  const all = await get('');
  expect(all.list.counts).toEqual(counts);
  expect(reasonsOf(all.list)).toEqual(['brought-back', 'exception', 'exception']);
  expect(all.list.alerts[1]).toMatchObject({
    status: 'exception',
    statusText: '調査中',
    lastDay: null,
    rows: [{ batchId, row: 3, workbook: expect.any(String) }],
  });
  const one = await get('?reason=exception&limit=1');
  expect(one.list.counts).toEqual(counts);
  expect(reasonsOf(one.list)).toEqual(['exception']);
  expect((await get('?limit=0')).list).toEqual({ alerts: [], counts });
  expect(await get('?reason=lost')).toMatchObject({
    status: 400,
    list: { error: 'reason is one of sent-back-soon, brought-back, exception, returned, silent' },
  });
});
