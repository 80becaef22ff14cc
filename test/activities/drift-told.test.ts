import { expect, it } from 'vitest';
import { needsPerson } from '../../src/batches/needs-person.ts';
import { databaseNow } from '../../src/db/database.ts';
import { setBatchState } from '../../src/db/batches.ts';
import { batchOf } from '../support/activities/batch.ts';
import { JOB_DEADLINE_MS, useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom } from '../support/activities/yamato.ts';

const stageWith = useStage();
const TASK = 'yamato_tracking_only';

const told = async (stage: Stage) => needsPerson(stage.db, await databaseNow(stage.db), JOB_DEADLINE_MS);

it('a task that is held is told once, with the batch to resume', async () => {
  const stage = await stageWith();
  await stage.database
    .sql`insert into task_drift (task, held_since, held_reason) values (${TASK}, now(), '10 jobs came back odd')`;
  expect(await told(stage)).toMatchObject([
    { kind: 'drift', subject: TASK, text: expect.stringContaining('The next of its batches waits') },
  ]);
  const ids = await Promise.all([0, 10].map((n) => batchOf(stage, TASK, numbersFrom(n, 2))));
  for (const id of ids) await setBatchState(stage.db, id, 'paused', 'publishing is held: 10 jobs');
  const [one, ...others] = await told(stage);
  expect(others).toEqual([]);
  expect(one).toMatchObject({
    kind: 'drift',
    title: `Publishing is held for ${TASK}`,
    text: expect.stringMatching(/^10 jobs came back odd\. 2 of its batches run; "tsuiseki resume /),
    patienceMs: 0,
  });
});

it('a carrier that is held is told once, its batches not; after its time no more', async () => {
  const stage = await stageWith();
  await stage.database.sql`insert into carrier_clock (carrier, open_at, pause_ms, held_until, held_reason)
         values ('yamato', now(), 0, now() + interval '1 hour', 'yamato gives no answers: a captcha')`;
  for (const n of [0, 10]) {
    const id = await batchOf(stage, 'yamato_tracking_10', numbersFrom(n, 2));
    await setBatchState(stage.db, id, 'paused', 'publishing is held: yamato gives no answers');
  }
  expect(await told(stage)).toMatchObject([
    {
      kind: 'drift',
      subject: 'yamato',
      text: expect.stringMatching(/a captcha\. It is asked again at \d\d:\d\d/),
    },
  ]);
  await stage.database.sql`update carrier_clock set held_until = now()`;
  expect(await told(stage)).toMatchObject([{ kind: 'batch-held' }, { kind: 'batch-held' }]);
});
