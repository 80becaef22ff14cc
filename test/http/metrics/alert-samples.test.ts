import { expect, it } from 'vitest';
import { batchOf } from '../../support/activities/batch.ts';
import { useStage } from '../../support/activities/stage.ts';
import { numbersFrom, TASK } from '../../support/activities/yamato.ts';
import { seeParcels } from '../../support/batches/named-parcels.ts';
import { dayAt } from '../../support/carriers/histories.ts';
import { testApp } from '../../support/http/app.ts';
import { valuesOf } from '../../support/metrics/exposition.ts';

const stageWith = useStage();

it('tells how many parcels need somebody, of each reason', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, numbersFrom(0, 3));
  const today = (Date.now() - Date.parse(dayAt(0))) / 86_400_000;
  const days = (text: string, ago: number) => `${text}@${today - ago}`;
  await seeParcels(stage, batchId, [days('持戻', 1), days('調査中', 1), days('調査中', 2)], today);
  const { app } = testApp(stage.database);
  const { body } = await app.inject({ url: '/metrics', headers: { host: 'localhost' } });
  expect(valuesOf(body, 'tsuiseki_parcel_alerts')).toEqual({
    'reason=sent-back-soon': 0,
    'reason=brought-back': 1,
    'reason=exception': 2,
    'reason=returned': 0,
    'reason=silent': 0,
  });
});
