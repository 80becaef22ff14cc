import { expect, it } from 'vitest';
import { createIncidentActivities } from '../../activities/incidents.ts';
import { batchOf } from '../support/activities/batch.ts';
import { JOB_DEADLINE_MS, useStage } from '../support/activities/stage.ts';
import { numbersFrom, TASK } from '../support/activities/yamato.ts';
import { seeParcels } from '../support/batches/named-parcels.ts';
import { dayAt } from '../support/carriers/histories.ts';
import { recordingServer } from '../support/http/recording-server.ts';

const stageWith = useStage();

interface Told {
  kind: string;
  state: string;
  title: string;
  text: string;
}

it('many parcels are one message a reason and day, with those that are due soonest', async () => {
  const stage = await stageWith();
  const { url, received } = await recordingServer(() => ({ status: 200, body: '{}' }));
  const numbers = numbersFrom(0, 301);
  const batchId = await batchOf(stage, TASK, numbers);
  const lines = numbers.map((_, index) => (index < 300 ? `持戻@${1.5 - (index % 100) / 100}` : '調査中@1'));
  await seeParcels(stage, batchId, lines, 2);
  let now = new Date();
  const { noteIncidents, tellIncident } = createIncidentActivities({
    database: stage,
    jobDeadlineMs: JOB_DEADLINE_MS,
    receiver: { url, style: 'json' },
    now: async () => now,
  });
  async function run(day: number): Promise<Told[]> {
    now = new Date(dayAt(day));
    const { untold } = await stage.run(noteIncidents);
    for (const incidentId of untold) await stage.run(tellIncident, { incidentId });
    return received.splice(0).map(({ body }) => JSON.parse(body.toString()) as Told);
  }

  // Days are counted from 10:00 in Japan: 22:00 on the second.
  const told = await run(1.5);
  expect(told).toMatchObject([
    { kind: 'parcels-brought-back', state: 'begun', title: '300 parcels were brought back to the office' },
    { kind: 'parcels-exception', state: 'begun', title: 'A parcel is refused or under investigation' },
  ]);
  expect(told[0]?.text).toMatch(
    /^\d{12} \(yamato, until 2026-01-07\)(, \d{12} \(yamato, until 2026-01-07\)){4} and 295 more\. "tsuiseki alerts --reason brought-back" lists/,
  );
  expect(told[1]?.text).toBe(
    `${numbers.at(-1)} (yamato, since 2026-01-02). "tsuiseki alerts --reason exception" lists them with their rows.`,
  );
  expect(await run(1.51)).toEqual([]);
  // 02:00 on the third, and 09:00.
  expect(await run(1.67)).toEqual([]);
  expect(await run(1.96)).toHaveLength(2);
});
