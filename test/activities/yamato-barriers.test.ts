import { expect, it } from 'vitest';
import { numberWithFault } from '../../src/sandbox/index.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { batchOf, rowsOf } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { useStage } from '../support/activities/stage.ts';
import { ask, numbersFrom, requestsOf, TASK } from '../support/activities/yamato.ts';

const stageWith = useStage();

it.each<[FaultKind, RegExp]>([
  ['yamato-captcha', /asks for a captcha/],
  ['yamato-changed-markup', /is not understood/],
])('%s: the second batch that meets it is the last request for an hour, for all', async (kind, why) => {
  const stage = await stageWith();
  const [one, other, third] = await Promise.all([
    batchOf(stage, TASK, numbersFrom(0, 3)),
    batchOf(stage, TASK, numbersFrom(10, 3)),
    batchOf(stage, TASK, numbersFrom(20, 3)),
  ]);
  stage.sandbox.addFault({ kind });
  await ask(stage, one);
  await ask(stage, other);
  for (const batchId of [one, other, third]) {
    const answer = await ask(stage, batchId);
    expect(answer).toMatchObject({ outcome: 'wait', held: true, counts: { pending: 3 } });
    expect(answer.why).toMatch(why);
  }
  expect(await requestsOf(stage)).toHaveLength(2);
  stage.sandbox.clearFaults();
  await stage.run(stage.activities.resume, { batchId: third, ...newMessage() });
  for (const batchId of [one, other, third])
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'asked', counts: { completed: 3 } });
});

it.each<FaultKind>(['yamato-maintenance', 'yamato-fewer-boxes', 'yamato-500'])(
  '%s is no barrier: each group has its three attempts',
  async (kind) => {
    const stage = await stageWith();
    const batches = await Promise.all([0, 10].map((n) => batchOf(stage, TASK, numbersFrom(n, 3))));
    stage.sandbox.addFault({ kind });
    for (const batchId of batches)
      for (const outcome of ['failed', 'failed', 'gave up'])
        expect(await ask(stage, batchId)).toMatchObject({ outcome });
  },
);

it.each<FaultKind>(['yamato-captcha', 'yamato-changed-markup'])(
  'mended: %s cost the only batch’s groups their tries, at first and once a hold',
  async (kind) => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, numbersFrom(0, 13));
    stage.sandbox.addFault({ kind });
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'failed', waitMs: 30_000 });
    for (let holds = 1; holds <= 4; holds += 1) {
      expect(await ask(stage, batchId)).toMatchObject({ outcome: 'failed', counts: { pending: 13 } });
      expect(await ask(stage, batchId)).toMatchObject({ outcome: 'wait', held: true });
      expect(await requestsOf(stage)).toHaveLength(1 + holds);
      await stage.database.sql`update carrier_clock set held_until = now()`;
    }
    stage.sandbox.clearFaults();
    for (const completed of [10, 13])
      expect(await ask(stage, batchId)).toMatchObject({ outcome: 'asked', counts: { completed, failed: 0 } });
  },
);

it('a group that meets a barrier each time while others are answered has three attempts: no hold would end it', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, TASK, [numberWithFault('yamato-captcha')]);
  const other = await batchOf(stage, TASK, numbersFrom(0, 30));
  for (let tries = 0; tries < 3; tries += 1) {
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'failed', counts: { pending: 1 } });
    expect(await ask(stage, other)).toMatchObject({ outcome: 'asked' });
  }
  expect(await ask(stage, batchId)).toMatchObject({ outcome: 'gave up', counts: { failed: 1 } });
  expect(await requestsOf(stage)).toHaveLength(6);
  const [row] = await rowsOf(stage, batchId);
  expect(row?.error).toMatch(/^Yamato's page asks for a captcha.* \(3 attempts\)$/);
});
