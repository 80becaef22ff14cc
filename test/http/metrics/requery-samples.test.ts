import { expect, it } from 'vitest';
import { databaseSamples } from '../../../src/http/metrics/database-samples.ts';
import { useStage } from '../../support/activities/stage.ts';
import { numbersFrom } from '../../support/activities/yamato.ts';
import { begin, endedBatch, finish, pass } from '../../support/batches/rounds.ts';

const stageWith = useStage();

it('how late the re-query is, in the mode that is set', async () => {
  const stage = await stageWith();
  const told = async (requery: 'on' | 'free' | 'off') =>
    (await databaseSamples(stage.database, { callLimit: 200, requery }))
      .filter(([name]) => name.startsWith('tsuiseki_requery'))
      .map(([, value]) => Math.round(value));
  await endedBatch(stage, numbersFrom(0, 2));
  expect(await told('free')).toEqual([2, 0, 0]);
  await pass(stage, 14);
  expect((await told('free')).slice(0, 2)).toEqual([2, 2]);
  expect((await told('free'))[2]).toBeGreaterThan(7_000);
  expect(await told('off')).toEqual([0, 0, 0]);
  await stage.database.sql`update parcels set carrier = 'japan_post'`;
  expect(await told('free')).toEqual([0, 0, 0]);
  expect((await told('on')).slice(0, 2)).toEqual([2, 2]);
  await stage.database.sql`update parcels set carrier = 'yamato'`;
  stage.sandbox.addFault({ kind: 'state-moving' });
  await finish(stage, (await begin(stage))[0] ?? '');
  expect(await told('free')).toEqual([2, 0, 0]);
  // A round is nobody's batch.
  const batches = await databaseSamples(stage.database, { callLimit: 200, requery: 'free' });
  expect(batches.find(([name]) => name === 'tsuiseki_batches_ended_last_day')?.[1]).toBe(1);
});
