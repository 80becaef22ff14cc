import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { setBatchState } from '../../src/db/batches.ts';
import { batches } from '../../src/db/schema.ts';
import { answer } from '../support/activities/answers.ts';
import { jobsOf, rowsOf } from '../support/activities/batch.ts';
import { OURS, useSavedWorkbook } from '../support/activities/saved-workbook.ts';
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

it('a parcel that was asked again a short while ago is not asked for by a save, though nothing was new', async () => {
  const stage = await stageWith();
  const { started } = await save(stage, [[OPEN]]);
  const batchId = started ?? '';
  await answer(stage, batchId, { 2: OURS });
  await stage.run(stage.activities.writeBack, { batchId });
  await setBatchState(stage.db, batchId, 'completed', null);
  const [row] = await rowsOf(stage, batchId);
  const events = [eventAgo('荷物受付', 1)];
  await seeParcel(stage, { carrier: 'yamato', number: OPEN, events, rowId: row?.id ?? 0 });
  await stage.db.execute(sql`update rows set completed_at = now() - interval '13 hours'`);
  const again = (note: string) =>
    save(stage, [
      [OPEN, '', OURS],
      ['', '', note],
    ]);
  expect(await again('one')).toMatchObject({ started: null, outcome: 'nothing to look up' });
  await stage.db.execute(sql`update parcel_rows set seen_at = now() - interval '13 hours'`);
  expect((await again('two')).started).not.toBeNull();
});
