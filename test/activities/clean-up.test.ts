import { expect, it } from 'vitest';
import { parcels, roundRows } from '../../src/db/parcel-schema.ts';
import { batches } from '../../src/db/schema.ts';
import { unknownTexts } from '../../src/db/text-schema.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { useStage } from '../support/activities/stage.ts';
import { numbersFrom } from '../support/activities/yamato.ts';
import { begin, endedBatch, finish, pass } from '../support/batches/rounds.ts';

const stageWith = useStage();

it('forgets what nobody has looked at for a year: parcels of numbers, all of a number at once, and unknown texts', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  const add = (number: string, serial: number, days: number) =>
    sql`insert into parcels (carrier, number, order_number, serial, seen_at, first_seen_at, terminal_at)
      values ('yamato', ${number}, '', ${serial}, now() - ${days} * interval '1 day', now() - ${days} * interval '1 day',
        now() - ${days} * interval '1 day')`;
  await add('1', 1, 366);
  await add('2', 1, 364);
  // Its number is used again: the first is the lock of both.
  await add('3', 1, 700);
  await add('3', 2, 10);
  await sql`insert into unknown_texts (text, carrier, parcel, last_seen_at)
    values ('特別取扱中', 'yamato', '1', now() - interval '366 days'), ('特別取扱中', 'yamato', '2', now() - interval '364 days')`;
  expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ parcels: 1, texts: 1 });
  const left = (await stage.db.select().from(parcels)).map(({ number, serial }) => `${number}/${serial}`);
  expect(left.toSorted()).toEqual(['2/1', '3/1', '3/2']);
  expect((await stage.db.select().from(unknownTexts)).map(({ parcel }) => parcel)).toEqual(['2']);
});

it('forgets rounds of a month ago with all they asked; their parcels stay, and batches', async () => {
  const stage = await stageWith();
  const batchId = await endedBatch(stage, numbersFrom(0, 2));
  await pass(stage, 12.1);
  await finish(stage, (await begin(stage))[0] ?? '');
  expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ rounds: 0 });
  await stage.database.sql`update batches set finished_at = now() - interval '31 days'`;
  expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ rounds: 1 });
  expect((await stage.db.select().from(batches)).map(({ id }) => id)).toEqual([batchId]);
  expect(await stage.db.select().from(roundRows)).toEqual([]);
  expect(await stage.db.select().from(parcels)).toHaveLength(2);
});
