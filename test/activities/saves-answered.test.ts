import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { batches } from '../../src/db/schema.ts';
import { jobsOf, rowsOf } from '../support/activities/batch.ts';
import { useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import { eventAgo, seeParcel } from '../support/activities/seen-parcels.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom } from '../support/activities/yamato.ts';

const saved = useSavedWorkbook('yamato_tracking_only/YTO-1.xlsx');
const { stageWith, save } = saved;
const [DELIVERED = '', OPEN = '', LATER = ''] = numbersFrom(0, 3);

const deliver = (stage: Stage, number: string) =>
  seeParcel(stage, {
    carrier: 'yamato',
    number,
    events: [eventAgo('荷物受付', 4), eventAgo('配達完了', 3)],
  });

const statesOf = async (stage: Stage, batchId: string) =>
  (await rowsOf(stage, batchId)).map(({ state, source }) => [state, source]);

it('a new row of a save whose parcel moves no more is answered from the record, and costs nothing', async () => {
  const stage = await stageWith();
  await deliver(stage, DELIVERED);
  const { started } = await save(stage, [[DELIVERED], [OPEN]]);
  const batchId = started ?? '';
  expect(await statesOf(stage, batchId)).toEqual([
    ['completed', 'record'],
    ['pending', null],
  ]);
  expect(await jobsOf(stage, batchId)).toHaveLength(1);

  await deliver(stage, LATER);
  await save(stage, [[DELIVERED], [OPEN], [LATER]]);
  await stage.run(stage.activities.joinRows, { batchId });
  expect((await statesOf(stage, batchId)).at(-1)).toEqual(['completed', 'record']);
  expect(await jobsOf(stage, batchId)).toHaveLength(1);
  const [told] = await stage.db.select().from(batches).where(eq(batches.id, batchId));
  expect(told).toMatchObject({ rowsFromRecord: 2, callsSaved: 4 });
});

it('what is answered from the record does not count for AUTO_MAX_ROWS', async () => {
  const stage = await stageWith({ autoMaxRows: 1 });
  await deliver(stage, DELIVERED);
  const { started } = await save(stage, [[DELIVERED], [OPEN]]);
  const [told] = await stage.db
    .select()
    .from(batches)
    .where(eq(batches.id, started ?? ''));
  expect(told?.state).toBe('running');
});
