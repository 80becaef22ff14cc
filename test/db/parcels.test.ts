import { asc, eq } from 'drizzle-orm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParcelEvent, ParcelHistory } from '../../src/carriers/history.ts';
import { feedParcels } from '../../src/db/parcels.ts';
import { parcelEvents, parcelRows, parcels } from '../../src/db/parcel-schema.ts';
import { batchOf, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom, TASK } from '../support/activities/yamato.ts';
import { dayAt, eventAt, historyOf } from '../support/carriers/histories.ts';

const stageWith = useStage();
const [NUMBER = '', OTHER = ''] = numbersFrom(0, 2);

/** `荷物受付@0 輸送中@1`: text and day. */
const eventsOf = (line: string): ParcelEvent[] =>
  line.split(' ').map((each) => {
    const [text = '', day] = each.split('@');
    return eventAt(text, day === undefined ? null : Number(day));
  });

interface Look {
  rowId?: number | null;
  number?: string;
  events: ParcelEvent[];
  more?: Partial<ParcelHistory>;
}

const feed = (stage: Stage, looks: readonly Look[]) =>
  stage.db.transaction((tx) =>
    feedParcels(
      tx,
      looks.map(({ rowId = null, number = NUMBER, events, more }) => ({
        rowId,
        trackingNumber: number,
        orderNumber: null,
        history: historyOf(events, 5, { number, ...more }),
      })),
    ),
  );
const see = (stage: Stage, line: string, more: Partial<ParcelHistory> = {}) =>
  feed(stage, [{ events: eventsOf(line), more }]);

const parcelsOf = (stage: Stage) =>
  stage.db.select().from(parcels).orderBy(asc(parcels.number), asc(parcels.serial));
const eventsTold = async (stage: Stage) =>
  (
    await stage.db.select().from(parcelEvents).orderBy(asc(parcelEvents.parcelId), asc(parcelEvents.place))
  ).map(({ text }) => text);

describe('looks at a parcel', () => {
  it('are one history, judged anew over all of it', async () => {
    const stage = await stageWith();
    await see(stage, '荷物受付@0 発送済み@0.1');
    await see(stage, '配達中@1 持戻@1.1 配達完了@2');
    await see(stage, '発送済み@0.1 配達中@1');
    expect(await eventsTold(stage)).toEqual(['荷物受付', '発送済み', '配達中', '持戻', '配達完了']);
    expect(await parcelsOf(stage)).toMatchObject([
      {
        carrier: 'yamato',
        number: NUMBER,
        serial: 1,
        status: 'delivered',
        statusText: '配達完了',
        since: new Date(dayAt(2)),
        terminalAt: new Date(dayAt(2)),
        eventAt: new Date(dayAt(2)),
        firstEventAt: new Date(dayAt(0)),
        failedAttempts: 1,
      },
    ]);
  });

  it('that tell nothing new change nothing but when it was seen', async () => {
    const stage = await stageWith();
    await see(stage, '荷物受付@0 配達中@1');
    const [before] = await parcelsOf(stage);
    await see(stage, '配達中@1', { seenAt: dayAt(6) });
    const [after] = await parcelsOf(stage);
    expect(after).toMatchObject({ changedAt: before?.changedAt, seenAt: new Date(dayAt(6)) });
    await see(stage, '持戻@1.1', { seenAt: dayAt(7) });
    const [changed] = await parcelsOf(stage);
    expect(changed?.changedAt.getTime()).toBeGreaterThan(before?.changedAt.getTime() ?? Infinity);
  });

  it('keep local time as written, and mark a leg abroad', async () => {
    const stage = await stageWith();
    const abroad = {
      ...eventAt('到着', 0),
      office: 'JFK',
      region: 'UNITED STATES',
      timeText: '2026/01/01 10:00',
    };
    await feed(stage, [
      { events: [abroad, { ...eventAt('通過', 2), region: '東京都' }], more: { carrier: 'japan_post' } },
    ]);
    const told = await stage.db.select().from(parcelEvents).orderBy(asc(parcelEvents.place));
    expect(told).toMatchObject([
      { timeText: '2026/01/01 10:00', at: new Date(dayAt(0)), isAbroad: true, office: 'JFK' },
      { isAbroad: false, region: '東京都' },
    ]);
  });

  it('keep what was said of the delivery, each source its latest', async () => {
    const stage = await stageWith();
    const said = (origin: string, text: string) => ({ origin, text });
    await see(stage, '荷物受付@0', { estimates: [said('a', '1'), said('b', '2')], seenAt: dayAt(3) });
    await see(stage, '荷物受付@0', { estimates: [said('a', '3')], seenAt: dayAt(4) });
    await see(stage, '荷物受付@0', { estimates: [said('b', '0')], seenAt: dayAt(2) });
    const [parcel] = await parcelsOf(stage);
    expect(parcel?.estimates).toMatchObject([said('a', '3'), said('b', '2')]);
  });
});

describe('a number used again', () => {
  it.each([
    [['荷物受付@0 配達完了@1', '荷物受付@80 配達中@81']],
    [['荷物受付@80 配達中@81', '荷物受付@0 配達完了@1']],
  ])('is a new parcel: %s', async (lines) => {
    const stage = await stageWith();
    const batchId = await batchOf(stage, TASK, [NUMBER, OTHER]);
    const rows = await rowsOf(stage, batchId);
    for (const [index, line] of lines.entries())
      await feed(stage, [
        { rowId: rows[index]?.id ?? null, events: eventsOf(line), more: { seenAt: dayAt(82) } },
      ]);
    const found = await parcelsOf(stage);
    expect(found).toMatchObject([
      { serial: 1, status: 'delivered' },
      { serial: 2, status: 'out_for_delivery' },
    ]);
    const links = await stage.db.select().from(parcelRows).orderBy(asc(parcelRows.rowId));
    const serials = lines.map((line) => (line.includes('@80') ? 2 : 1));
    expect(links.map(({ parcelId }) => found.find(({ id }) => id === parcelId)?.serial)).toEqual(serials);
  });

  it('is one parcel again where a line between the two turns up', async () => {
    const stage = await stageWith();
    await see(stage, '荷物受付@0 返品@1 荷物受付@90', { seenAt: dayAt(91) });
    expect(await parcelsOf(stage)).toHaveLength(2);
    await see(stage, '輸送中@60', { seenAt: dayAt(91) });
    expect(await parcelsOf(stage)).toMatchObject([{ serial: 1, status: 'returned' }]);
    expect(await eventsTold(stage)).toEqual(['荷物受付', '返品', '輸送中', '荷物受付']);
  });
});

describe('rows', () => {
  it('name the parcel of their number; one that is corrected leaves the journey of the other behind', async () => {
    const stage = await stageWith();
    const [first = 0, second = 0] = (await rowsOf(stage, await batchOf(stage, TASK, [NUMBER, OTHER]))).map(
      ({ id }) => id,
    );
    await feed(stage, [
      { rowId: first, events: eventsOf('荷物受付@0') },
      { rowId: second, events: eventsOf('荷物受付@0') },
    ]);
    await feed(stage, [
      { rowId: second, number: OTHER, events: eventsOf('配達完了@3'), more: { seenAt: dayAt(6) } },
    ]);
    const named = await stage.db
      .select({ row: parcelRows.rowId, number: parcels.number, status: parcels.status })
      .from(parcelRows)
      .innerJoin(parcels, eq(parcels.id, parcelRows.parcelId))
      .orderBy(asc(parcelRows.rowId));
    expect(named).toEqual([
      { row: first, number: NUMBER, status: 'in_transit' },
      { row: second, number: OTHER, status: 'delivered' },
    ]);
    expect(await eventsTold(stage)).toEqual(['荷物受付', '配達完了']);
  });

  it('without number and order name none', async () => {
    const stage = await stageWith();
    await feed(stage, [{ number: 'see https://example.jp/me', events: eventsOf('荷物受付@0') }]);
    expect(await parcelsOf(stage)).toEqual([]);
  });
});

it('two that merge the same parcels at once, in other orders, wait for each other and lose nothing', async () => {
  const stage = await stageWith();
  const numbers = numbersFrom(0, 20);
  const looksOf = (line: string, order: readonly string[]) =>
    order.map((number) => ({ number, events: eventsOf(line) }));
  await Promise.all([
    feed(stage, looksOf('荷物受付@0', numbers)),
    feed(stage, looksOf('発送済み@0.1', numbers.toReversed())),
    feed(stage, looksOf('荷物受付@0 配達中@1', numbers)),
    feed(stage, looksOf('発送済み@0.1 配達中@1', numbers.toReversed())),
  ]);
  expect(await eventsTold(stage)).toEqual(numbers.flatMap(() => ['荷物受付', '発送済み', '配達中']));
});

it('partial histories of a parcel, in any order and however often, end in the same events and status', async () => {
  const stage = await stageWith();
  const texts = ['荷物受付', '発送済み', '配達中', '持戻', '返品', '配達完了', '謎'];
  const line = fc.record({ text: fc.constantFrom(...texts), hours: fc.integer({ min: 1, max: 900 }) });
  const wholes = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => {
    let hours = 0;
    return lines.map(({ text, hours: more }) => eventAt(text, (hours += more) / 24));
  });
  const masks = fc.array(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), { maxLength: 4 });
  const outcome = async () => ({
    parcels: (await parcelsOf(stage)).map(
      ({
        serial,
        status,
        subStatus,
        statusText,
        since,
        eventAt: at,
        terminalAt,
        firstEventAt,
        failedAttempts,
      }) =>
        [serial, status, subStatus, statusText, since, at, terminalAt, firstEventAt, failedAttempts] as const,
    ),
    events: await eventsTold(stage),
  });
  await fc.assert(
    fc
      .asyncProperty(wholes, masks, fc.infiniteStream(fc.nat()), async (whole, kept, dice) => {
        const looks = [whole, ...kept.map((mask) => whole.filter((_, index) => mask[index]))];
        const shuffled = [...looks, ...looks]
          .map((events) => ({ events, by: dice.next().value ?? 0 }))
          .toSorted((one, other) => one.by - other.by);
        const more = { seenAt: dayAt(400) };
        await feed(stage, [{ events: whole, more }]);
        const once = await outcome();
        await stage.db.delete(parcels);
        for (const { events } of shuffled) await feed(stage, [{ events, more }]);
        expect(await outcome()).toEqual(once);
        expect(once.events).toHaveLength(whole.length);
      })
      .afterEach(async () => {
        await stage.db.delete(parcels);
      }),
    { numRuns: 40 },
  );
});
