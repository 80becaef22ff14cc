import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { meaningsIn, meanTexts } from '../../src/batches/text-meanings.ts';
import { learntTexts, textEntries } from '../../src/db/carrier-texts.ts';
import { saveOutcomes } from '../../src/db/results.ts';
import { rows } from '../../src/db/schema.ts';
import { yamatoResult } from '../../src/tasks/parsers/yamato-page.ts';
import { figuresAndRecount } from '../support/db/batch-moves.ts';
import { batchOf, jobsOf, rowsOf } from '../support/activities/batch.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';
import { numbersFrom, TASK } from '../support/activities/yamato.ts';
import { dayAt } from '../support/carriers/histories.ts';

const stageWith = useStage();

/** A batch of Yamato numbers, each with the texts of its history, a day apart; seen on day 5. */
async function tracked(stage: Stage, histories: readonly string[]): Promise<string> {
  const batchId = await batchOf(stage, TASK, numbersFrom(0, histories.length));
  await see(stage, batchId, histories, 5);
  return batchId;
}

async function see(stage: Stage, batchId: string, histories: readonly string[], day: number): Promise<void> {
  const learnt = await learntTexts(stage.db);
  const [job] = await jobsOf(stage, batchId);
  const outcomes = (await rowsOf(stage, batchId)).map((row, index) => {
    const texts = (histories[index] ?? '').split(' ');
    const events = texts.map((stateText, days) => ({
      stateText,
      timeText: '',
      at: dayAt(days),
      office: null,
      officeUrl: null,
    }));
    const number = row.trackingNumber ?? '';
    const stateText = texts.at(-1) ?? '';
    const parcel = { number, stateText, status: 'unknown', date: null, events } as const;
    const more = { product: null, windows: [], summary: null };
    const result = yamatoResult({ ...parcel, ...more }, new Date(dayAt(day)), learnt);
    return { rowId: row.id, result, error: null };
  });
  await saveOutcomes(stage.db, [{ jobId: job?.id ?? 0, outcomes }], 'yamato');
}

const statuses = async (stage: Stage, batchId: string) =>
  (await rowsOf(stage, batchId)).map(({ status }) => status);
const say = (stage: Stage, text: string, status: 'in_transit' | 'delivered' | 'unknown', dryRun = false) =>
  meanTexts(stage.db, [{ text, carrier: 'yamato', status }], { dryRun });

describe('a text that nobody knows', () => {
  it('is an entry with its parcels and what stands around it, each parcel once', async () => {
    const stage = await stageWith();
    const histories = ['荷物受付 謎 配達中', '荷物受付 謎', '発送済み 謎 配達中', '謎（二）', '配達完了'];
    const batchId = await tracked(stage, histories);
    await see(stage, batchId, histories, 6);
    const [first, second, third, fourth] = numbersFrom(0, 4);
    const entries = await textEntries(stage.db);
    expect(entries).toEqual([
      {
        text: '謎',
        carrier: 'yamato',
        status: null,
        said: false,
        count: 3,
        examples: expect.any(Array),
        before: [
          { text: '荷物受付', count: 2 },
          { text: '発送済み', count: 1 },
        ],
        after: [
          { text: '配達中', count: 2 },
          { text: null, count: 1 },
        ],
        firstSeenAt: new Date(dayAt(5)).toISOString(),
        lastSeenAt: new Date(dayAt(6)).toISOString(),
      },
      {
        text: '謎（二）',
        carrier: 'yamato',
        status: null,
        said: false,
        count: 1,
        examples: [fourth],
        before: [{ text: null, count: 1 }],
        after: [{ text: null, count: 1 }],
        firstSeenAt: expect.any(String),
        lastSeenAt: expect.any(String),
      },
    ]);
    expect(new Set(entries[0]?.examples)).toEqual(new Set([first, second, third]));
  });

  it('of a parcel without a number shows no example, whatever its link says', async () => {
    const stage = await stageWith();
    const batchId = await tracked(stage, ['謎']);
    const [row] = await rowsOf(stage, batchId);
    const [job] = await jobsOf(stage, batchId);
    await stage.db.execute('delete from unknown_texts');
    const unknownTexts = [{ text: `謎\0${'長'.repeat(9_000)}`, before: null, after: null }];
    for (const trackingNumber of [null, 'mei@example.jp']) {
      const result = { ...yamatoResultOf(), trackingNumber, unknownTexts };
      const outcome = { rowId: row?.id ?? 0, result, error: null };
      await saveOutcomes(stage.db, [{ jobId: job?.id ?? 0, outcomes: [outcome] }], 'yamato');
    }
    expect(await textEntries(stage.db)).toMatchObject([{ count: 1, examples: [] }]);
  });
});

const yamatoResultOf = () =>
  yamatoResult(
    {
      number: '1',
      stateText: '謎',
      status: 'unknown',
      date: null,
      events: [],
      product: null,
      windows: [],
      summary: null,
    },
    new Date(dayAt(5)),
  );

describe('a text that is given a meaning', () => {
  it('changes the record; a dry run tells the same and changes nothing', async () => {
    const stage = await stageWith();
    const batchId = await tracked(stage, [
      '荷物受付 謎',
      '謎（理由） 謎（理由）',
      '配達中 謎 配達完了',
      '謎二',
    ]);
    const before = await rowsOf(stage, batchId);
    const would = await say(stage, '謎', 'delivered', true);
    expect(would).toEqual({
      rowsRead: 4,
      rowsChanged: 3,
      changes: [
        { from: 'unknown', to: 'delivered', rows: 2 },
        { from: 'delivered', to: 'delivered', rows: 1 },
      ],
    });
    expect(await rowsOf(stage, batchId)).toEqual(before);
    expect(await learntTexts(stage.db)).toEqual(new Map());
    expect(await say(stage, '謎', 'delivered')).toEqual(would);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { status: 'delivered', subStatus: null, terminalAt: new Date(dayAt(1)), statusText: '謎' },
      { status: 'delivered', subStatus: '理由', terminalAt: new Date(dayAt(0)) },
      // Delivered earlier than was thought.
      { status: 'delivered', terminalAt: new Date(dayAt(1)) },
      { status: 'unknown', terminalAt: null },
    ]);
    const { kept, counted } = await figuresAndRecount(stage.database);
    expect(kept).toEqual(counted);
    expect((await textEntries(stage.db)).map(({ text, status }) => [text, status])).toEqual([
      ['謎二', null],
      ['謎', 'delivered'],
      ['謎（理由）', 'delivered'],
    ]);
  });

  it('is in effect for the next result, without a restart, and nothing is changed by saying it twice', async () => {
    const stage = await stageWith();
    const batchId = await tracked(stage, ['荷物受付 謎']);
    await say(stage, '謎', 'in_transit');
    expect(await say(stage, ' 謎 ', 'in_transit')).toEqual({ rowsRead: 1, rowsChanged: 0, changes: [] });
    await see(stage, batchId, ['荷物受付 輸送中 謎'], 6);
    expect(await statuses(stage, batchId)).toEqual(['in_transit']);
    expect(await textEntries(stage.db)).toMatchObject([
      { text: '謎', status: 'in_transit', said: true, count: 1 },
    ]);
  });

  it('said `unknown`, means what is built in again', async () => {
    const stage = await stageWith();
    const batchId = await tracked(stage, ['荷物受付 謎', '荷物受付 配達中']);
    await say(stage, '謎', 'in_transit');
    await say(stage, '配達中', 'delivered');
    expect(await statuses(stage, batchId)).toEqual(['in_transit', 'delivered']);
    await say(stage, '謎', 'unknown');
    await say(stage, '配達中', 'unknown');
    expect(await statuses(stage, batchId)).toEqual(['unknown', 'out_for_delivery']);
    expect(await textEntries(stage.db)).toMatchObject([{ text: '謎', status: null, count: 1 }]);
  });

  it('of any carrier gives way to that of one', async () => {
    const stage = await stageWith();
    const batchId = await tracked(stage, ['荷物受付 謎']);
    await meanTexts(stage.db, [{ text: '謎', carrier: null, status: 'exception' }], { dryRun: false });
    expect(await statuses(stage, batchId)).toEqual(['exception']);
    await meanTexts(stage.db, [{ text: '謎', carrier: 'japan_post', status: 'delivered' }], {
      dryRun: false,
    });
    expect(await statuses(stage, batchId)).toEqual(['exception']);
    await say(stage, '謎', 'in_transit');
    expect(await statuses(stage, batchId)).toEqual(['in_transit']);
    expect(await textEntries(stage.db)).toMatchObject([
      { text: '謎', carrier: 'yamato', status: 'in_transit', count: 1 },
      { text: '謎', carrier: 'japan_post', status: 'delivered', count: 0 },
      { text: '謎', carrier: null, status: 'exception', count: 0 },
    ]);
  });

  it('reaches more rows than are looked at in one go, of several batches', async () => {
    const stage = await stageWith();
    const one = await tracked(
      stage,
      Array.from({ length: 10 }, () => '荷物受付 謎'),
    );
    const other = await batchOf(stage, TASK, ['x'], { workbook: '/data/other.xlsx' });
    await stage.database.sql`
      insert into rows (batch_id, row, input, email, occurrence, state, status, status_text, completed_at, details)
      select ${other}, n, n, '', 0, 'completed', 'unknown', '謎', now(), null from generate_series(3, 2502) n`;
    expect(await say(stage, '謎', 'in_transit')).toMatchObject({ rowsRead: 2_510, rowsChanged: 2_510 });
    for (const batchId of [one, other])
      expect(new Set((await statuses(stage, batchId)).filter((status) => status !== null))).toEqual(
        new Set(['in_transit']),
      );
  });

  it('leaves a result that came meanwhile', async () => {
    const stage = await stageWith();
    const batchId = await tracked(stage, ['荷物受付 謎']);
    const { db } = stage;
    const changing = db.transaction(async (tx) => {
      await tx
        .update(rows)
        .set({ status: 'exception', completedAt: new Date() })
        .where(eq(rows.batchId, batchId));
      await tx.execute('select pg_sleep(0.2)');
    });
    await Promise.all([changing, say(stage, '謎', 'in_transit')]);
    expect(await statuses(stage, batchId)).toEqual(['exception']);
  });
});

it('rows of before, which kept their last text alone, are judged by it', async () => {
  const stage = await stageWith();
  const batchId = await tracked(stage, ['輸送中', '輸送中', '輸送中']);
  await stage.database.sql`update rows set status = 'unknown', details = null, terminal_at = null,
    completed_at = event_at + interval '2 days',
    status_text = (array['中継店通過', '返品完了', '謎'])[row - 1]`;
  await stage.database.sql`delete from unknown_texts`;
  expect(await meanTexts(stage.db, [], { dryRun: false })).toMatchObject({ rowsRead: 3, rowsChanged: 2 });
  expect(await rowsOf(stage, batchId)).toMatchObject([
    { status: 'in_transit' },
    { status: 'returned', terminalAt: new Date(dayAt(0)) },
    { status: 'unknown' },
  ]);
  expect(await textEntries(stage.db)).toMatchObject([{ text: '謎', carrier: 'yamato', count: 1 }]);
});

describe('a file of meanings', () => {
  it('gives those that have a meaning', () => {
    const list = [
      { text: '謎', carrier: 'yamato', status: 'in_transit' },
      { text: '謎二', status: 'unknown', more: 1 },
      { text: '謎三', carrier: null, status: null },
    ];
    expect(meaningsIn(JSON.stringify(list), 'a.json')).toEqual([
      { text: '謎', carrier: 'yamato', status: 'in_transit' },
      { text: '謎二', carrier: null, status: 'unknown' },
    ]);
  });

  it.each([
    ['{', 'TEXTS_UNREADABLE', /^a\.json is no JSON; /],
    ['{}', 'TEXTS_UNREADABLE', /^a\.json holds no list; /],
    ['[{"text":""}]', 'TEXTS_UNREADABLE', /in entry 1; /],
    ['[null]', 'TEXTS_UNREADABLE', /in entry 1; /],
    [`[{"text":"${'x'.repeat(201)}"}]`, 'TEXTS_UNREADABLE', /1 to 200 characters/],
    ['[{"text":"x","status":"expired"}]', 'TEXTS_NOT_ALLOWED', /"expired" is none; allowed: info_received, /],
    [
      '[{"text":"x","status":"delivered","carrier":"dhl"}]',
      'TEXTS_NOT_ALLOWED',
      /"dhl" is none; allowed: yamato, japan_post, sagawa$/,
    ],
  ])('%s is refused', (json, code, message) => {
    expect(() => meaningsIn(json, 'a.json')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
