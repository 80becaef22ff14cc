import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { answer } from '../support/activities/answers.ts';
import { jobsOf, orderUrl } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { OURS, useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnC } from '../support/workbook/workbook-file.ts';

const saved = useSavedWorkbook();
const { stageWith, save, trackedOnce } = saved;

/** Has a batch's jobs tried, and their rows fail. */
async function fail(stage: Stage, batchId: string) {
  await stage.db.execute(sql`update jobs set state = 'failed', intent_at = now() - interval '2 hours',
    finished_at = now() - interval '2 hours' where batch_id = ${batchId} and state = 'pending'`);
  await stage.db.execute(
    sql`update rows set state = 'failed' where batch_id = ${batchId} and state = 'pending'`,
  );
}

it.each(['a\r\nb｜｜｜c｜｜｜', 'この番号は\r\nありません'])(
  'a result that holds a line break, %j, is the same after any save, and not asked for again',
  async (text) => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)]]);
    await answer(stage, started ?? '', { 2: text });
    await stage.run(stage.activities.writeBack, { batchId: started ?? '' });
    await setBatchState(stage.db, started ?? '', 'completed', null);
    expect(await columnC(saved.path)).toEqual([text.replace('\r', '')]);
    for (const held of [text, text.replace('\r', '')]) {
      expect(
        await save(stage, [
          [orderUrl(1), '', held],
          ['', '', `a note ${held.length}`],
        ]),
      ).toMatchObject({
        outcome: 'nothing to look up',
      });
    }
  },
);

describe('what is on record', () => {
  it('is the result that came last: a batch run again after a newer one has it', async () => {
    const { stage, batchId } = await trackedOnce();
    const { started } = await save(stage, [[orderUrl(1)], [orderUrl(2), '', `${OURS}2`]]);
    await answer(stage, started ?? '', { 2: `${OURS}3` });
    await stage.run(stage.activities.writeBack, { batchId: started ?? '' });
    await setBatchState(stage.db, started ?? '', 'completed', null);
    await answer(stage, batchId, { 2: `${OURS}4` });
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(saved.path)).toEqual([`${OURS}4`, `${OURS}2`]);
    expect(
      await save(stage, [
        [orderUrl(1), '', `${OURS}4`],
        [orderUrl(2), '', `${OURS}2`],
      ]),
    ).toMatchObject({ outcome: 'nothing to look up' });
  });

  it('is the try that is under way: an old batch run again is not joined by the rows it has', async () => {
    const stage = await stageWith();
    const { started: first } = await save(stage, [[orderUrl(1)]]);
    await fail(stage, first ?? '');
    await setBatchState(stage.db, first ?? '', 'completed', null);
    const { started: second } = await save(stage, [[orderUrl(1)], ['', '', 'a note']]);
    await fail(stage, second ?? '');
    await setBatchState(stage.db, second ?? '', 'completed', null);
    await reopenBatch(stage.db, first ?? '');
    await stage.run(stage.activities.retryRows, { batchId: first ?? '', ...newMessage(), rows: null });
    await save(stage, [[orderUrl(1)], ['', '', 'another note']]);
    const joined = await stage.run(stage.activities.joinRows, { batchId: first ?? '' });
    expect(joined).toMatchObject({ counts: { total: 1, pending: 1 } });
    expect(await jobsOf(stage, first ?? '')).toHaveLength(2);
  });

  it('counts tries, not rows: one that fails on and on in one batch is left alone, too', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)]]);
    const batchId = started ?? '';
    const jobs: number[] = [];
    for (let note = 0; note < 5; note += 1) {
      await fail(stage, batchId);
      await save(stage, [[orderUrl(1)], ['', '', `note ${note}`]]);
      await stage.run(stage.activities.joinRows, { batchId });
      jobs.push((await jobsOf(stage, batchId)).length);
    }
    expect(jobs).toEqual([2, 3, 4, 4, 4]);
  });

  it('of a cancelled batch: what failed there waits for a person as well', async () => {
    const stage = await stageWith();
    const { started } = await save(stage, [[orderUrl(1)]]);
    await fail(stage, started ?? '');
    await setBatchState(stage.db, started ?? '', 'cancelled', null);
    expect(await save(stage, [[orderUrl(1)], ['', '', 'a note']])).toMatchObject({ started: null });
  });
});
