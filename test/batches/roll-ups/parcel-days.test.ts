import { expect, it } from 'vitest';
import type { ParcelEvent } from '../../../src/carriers/history.ts';
import { makeReport } from '../../../src/batches/roll-ups/make-report.ts';
import { rollUp } from '../../../src/batches/roll-ups/roll-up.ts';
import { forgetOld } from '../../../src/db/forgetting.ts';
import { pruneParcels } from '../../../src/db/parcel-record.ts';
import { feedParcels } from '../../../src/db/parcels.ts';
import { useStage } from '../../support/activities/stage.ts';
import type { Stage } from '../../support/activities/stage.ts';
import { rebuilt, rolledUp } from '../../support/batches/roll-ups.ts';
import { eventAt, historyOf } from '../../support/carriers/histories.ts';

const stageWith = useStage();
const FIRST = 390_512_345_016;

/** `荷物受付@0 配達完了@1.5`: text and day; each office is the first or the last. */
const eventsOf = (line: string): ParcelEvent[] =>
  line.split(' ').map((each, index) => {
    const [text = '', day] = each.split('@');
    return { ...eventAt(text, Number(day)), office: index === 0 ? '渋谷営業所' : '伏見営業所' };
  });

/** The nth number's parcel as its page shows it. */
async function see(stage: Stage, nth: number, events: ParcelEvent[]): Promise<void> {
  const number = String(FIRST + nth);
  const history = historyOf(events, 9, { number });
  const look = { rowId: null, trackingNumber: number, orderNumber: null, history };
  await stage.db.transaction((tx) => feedParcels(tx, [look]));
}

const reportOf = ({ database }: Stage, from: string | null = null, to = '2026-12-31') =>
  makeReport(database, { from: from === null ? null : new Date(`${from}T00:00:00+09:00`), to: new Date(to) });

it('transit by carrier, origin and destination; the first attempt; returned', async () => {
  const stage = await stageWith();
  await see(stage, 0, eventsOf('荷物受付@0 配達完了@1'));
  await see(stage, 1, eventsOf('荷物受付@0 配達完了@1.5'));
  await see(stage, 2, eventsOf('荷物受付@0 持戻@1 配達完了@2'));
  await see(stage, 3, eventsOf('荷物受付@0 持戻@1 返品@3'));
  await see(stage, 4, eventsOf('荷物受付@0 輸送中@1'));
  const line = {
    delivered: 3,
    firstAttempt: 2,
    returned: 1,
    transit: { parcels: 3, meanHours: 36, medianHours: 36, p90Hours: 48 },
  };
  const { carriers, origins, destinations, lanes, days } = await reportOf(stage);
  expect(carriers).toEqual([{ carrier: 'yamato', ...line, open: 0, stalled: 0 }]);
  expect(origins).toEqual([{ carrier: 'yamato', office: '渋谷営業所', ...line }]);
  expect(destinations).toEqual([{ carrier: 'yamato', office: '伏見営業所', ...line }]);
  expect(lanes).toEqual([{ carrier: 'yamato', from: '渋谷営業所', to: '伏見営業所', ...line }]);
  // Ten in the morning, and ten in the evening for half a day more.
  expect(
    days.map(({ day, delivered, firstAttempt, returned }) => [day, delivered, firstAttempt, returned]),
  ).toEqual([
    ['2026-01-02', 2, 2, 0],
    ['2026-01-03', 1, 0, 0],
    ['2026-01-04', 0, 0, 1],
  ]);
  expect((await reportOf(stage, '2026-01-03', '2026-01-04T00:00:00+09:00')).carriers).toMatchObject([
    { delivered: 1, firstAttempt: 0, returned: 0 },
  ]);
});

it('a page without offices tells no way, and no time it took', async () => {
  const stage = await stageWith();
  const events = [eventAt('到着', 1), eventAt('お届け先にお届け済み', 2)];
  await see(stage, 0, events);
  const { carriers, origins, lanes } = await reportOf(stage);
  expect(carriers).toMatchObject([{ delivered: 1, transit: null }]);
  expect([origins, lanes]).toEqual([[], []]);
});

it('a parcel that is judged otherwise leaves its day, and is counted once', async () => {
  const stage = await stageWith();
  await see(stage, 0, eventsOf('荷物受付@0 配達完了@1'));
  await see(stage, 1, eventsOf('荷物受付@0 配達完了@1'));
  await rollUp(stage.database);
  await see(stage, 0, eventsOf('荷物受付@0 配達完了@1 返品@2'));
  await see(stage, 1, eventsOf('荷物受付@0 持戻@0.5 配達完了@1'));
  const { days } = await reportOf(stage);
  expect(
    days.map(({ day, delivered, firstAttempt, returned }) => [day, delivered, firstAttempt, returned]),
  ).toEqual([
    ['2026-01-02', 1, 0, 0],
    ['2026-01-03', 0, 0, 1],
  ]);
  await stage.database.sql`delete from parcels where status = 'returned'`;
  await rollUp(stage.database);
  const now = await rolledUp(stage.database);
  expect(now).toEqual(await rebuilt(stage.database));
  expect((await reportOf(stage)).days).toHaveLength(1);
});

it('a day keeps what its pruned and forgotten parcels counted, though others of it change', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  for (const nth of [0, 1, 2]) await see(stage, nth, eventsOf(`荷物受付@0 配達完了@${1 + nth / 10}`));
  await sql`insert into parcels (carrier, number, order_number, serial, status, terminal_at, seen_at)
    values ('', '', 'W1234567', 1, 'delivered', '2026-01-02T12:00:00+09:00', now() - interval '181 days')`;
  const before = await reportOf(stage);
  expect(before.days).toMatchObject([{ day: '2026-01-02', delivered: 4, returned: 0 }]);
  await sql`update parcels set seen_at = now() - interval '366 days' where number = ${String(FIRST)}`;
  expect(await pruneParcels(stage.db, 365, 10)).toBe(1);
  await forgetOld(stage.database, 180 * 86_400_000, 10);
  expect(await sql`select from parcels`).toHaveLength(2);
  expect(await reportOf(stage)).toEqual(before);
  await see(stage, 1, eventsOf('荷物受付@0 配達完了@1.1 返品@1.2'));
  expect((await reportOf(stage)).days).toMatchObject([{ day: '2026-01-02', delivered: 3, returned: 1 }]);
});

it('a look that tells nothing new makes no day anew', async () => {
  const stage = await stageWith();
  await see(stage, 0, eventsOf('荷物受付@0 配達完了@1'));
  await rollUp(stage.database);
  await see(stage, 0, eventsOf('荷物受付@0 配達完了@1'));
  expect(await stage.database.sql`select * from changed_parcel_days`).toEqual([]);
});

it('open parcels and silent ones, as they stood at the last count of each day', async () => {
  const stage = await stageWith();
  const { sql } = stage.database;
  for (const nth of [0, 1, 2, 3]) await see(stage, nth, eventsOf('荷物受付@0 輸送中@1'));
  const ages = [4, 6, 29, 31];
  for (const [nth, days] of ages.entries())
    await sql`update parcels set event_at = now() - make_interval(days => ${days}) where number = ${String(FIRST + nth)}`;
  const to = new Date(Date.now() + 1_000).toISOString();
  const { open, carriers } = await reportOf(stage, null, to);
  expect(open).toEqual([{ day: expect.any(String), carrier: 'yamato', open: 3, stalled: 2 }]);
  expect(carriers).toEqual([
    { carrier: 'yamato', delivered: 0, firstAttempt: 0, returned: 0, transit: null, open: 3, stalled: 2 },
  ]);
  await sql`update open_parcels set day = day - 1`;
  await see(stage, 0, eventsOf('荷物受付@0 配達完了@1'));
  expect((await reportOf(stage, null, to)).open.map(({ open: n, stalled }) => [n, stalled])).toEqual([
    [3, 2],
    [2, 2],
  ]);
});

it('an office with a name as long as a page is cut, and counted', async () => {
  const stage = await stageWith();
  const [first, last] = eventsOf('荷物受付@0 配達完了@1') as [ParcelEvent, ParcelEvent];
  await see(stage, 0, [{ ...first, office: '店'.repeat(9_000) }, last]);
  expect((await reportOf(stage)).origins).toMatchObject([{ office: '店'.repeat(100), delivered: 1 }]);
});
