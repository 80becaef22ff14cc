import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { forgetPerson } from '../../src/batches/forget-person.ts';
import { rowsToRetry } from '../../src/batches/retry-rows.ts';
import { rowReports } from '../../src/batches/row-reports.ts';
import { recordAction, reopenBatch, setBatchState } from '../../src/db/batches.ts';
import { sheetWords } from '../../src/db/file-schema.ts';
import { forgetOld } from '../../src/db/forgetting.ts';
import { answer } from '../support/activities/answers.ts';
import { jobsOf, rowsOf } from '../support/activities/batch.ts';
import { acquisitionOn } from '../support/activities/fake-client.ts';
import { oneRound } from '../support/activities/rounds.ts';
import { OURS, useSavedWorkbook } from '../support/activities/saved-workbook.ts';
import type { Stage } from '../support/activities/stage.ts';
import { columnsWith } from '../support/db/whole-database.ts';
import { columnC } from '../support/workbook/workbook-file.ts';

const saved = useSavedWorkbook();
const { stageWith, save } = saved;

const ADDRESS = 'Marked.Person@example.jp';
const ORDER = 'W7654321';
const OTHER = 'another@example.jp';
const KEPT_MS = 180 * 86_400_000;

const personIn = async (stage: Stage) => [
  ...(await columnsWith(stage.database, 'marked.person')),
  ...(await columnsWith(stage.database, ORDER)),
];

/** A marked person's order, looked up beside another's, and everywhere that it may have come to. */
async function lookedUp() {
  const stage = await stageWith({ statusColumn: 'D', urlsPerJob: 2 });
  const cells = [
    [ORDER, ADDRESS],
    ['W1111111', OTHER],
  ];
  const batchId = (await save(stage, cells)).started ?? '';
  await oneRound(stage, batchId);
  await stage.run(stage.activities.writeBack, { batchId });
  await setBatchState(stage.db, batchId, 'completed', `somebody asked for ${ADDRESS}`);
  const written = await columnC(saved.path);
  await save(stage, [
    [ORDER, ADDRESS, written[0] ?? '', '保留'],
    ['W1111111', OTHER, written[1] ?? ''],
  ]);
  await recordAction(stage.db, {
    batchId,
    messageId: null,
    action: 'pause',
    by: 'mika',
    why: `${ADDRESS} called about https://store.apple.com/go/jp/vieworder/${ORDER}/x`,
    details: null,
  });
  const [job] = await jobsOf(stage, batchId);
  await stage.database
    .sql`insert into kept_downloads (job_id, csv) values (${job?.id ?? 0}, ${Buffer.from(`a,${ADDRESS}\r\n`)})`;
  await stage.database.sql`insert into carrier_requests (carrier, job_id, started_at, pause_ms, page)
    values ('yamato', ${job?.id ?? 0}, now(), 0, ${`<p>${ADDRESS}</p>`})`;
  await stage.database.sql`update rows set error = ${`no page at https://x.jp/${ORDER}/${ADDRESS}`},
    warnings = ${[`what ${ADDRESS} wrote`, 'another']}, replaced = ${ADDRESS} where row = 2`;
  await stage.database
    .sql`insert into incidents (kind, subject, batch_id, title, text, begun_at, due_at, seen_at)
    values ('batch-held', ${batchId}, ${batchId}, 'held', ${`ask ${ADDRESS}`}, now(), now(), now())`;
  await stage.database.sql`update batches set notes = ${[`note of ${ADDRESS}`]}, start_key = ${ADDRESS},
    paused = ${JSON.stringify({ by: 'mika', why: ADDRESS })}::text::jsonb`;
  return { stage, batchId, cells, written };
}

const age = (stage: Stage) =>
  stage.database
    .sql`update batches set finished_at = now() - interval '181 days', opened_at = now() - interval '181 days'`;

describe('personal data of batches that ended long ago', () => {
  it('leaves every column of every table; results, numbers and what is due stay known', async () => {
    const { stage, batchId, cells, written } = await lookedUp();
    const stood = await personIn(stage);
    for (const column of [
      'rows.input',
      'rows.email',
      'rows.url',
      'jobs.subjects',
      'job_rows.subject',
      'kept_downloads.csv',
    ])
      expect(stood).toContain(column);
    expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ forgotten: 0 });
    await age(stage);
    await stage.db.execute(sql`update sheet_words set obeyed_at = now() - interval '181 days'`);

    expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ forgotten: 2 });
    expect(await personIn(stage)).toEqual([]);
    expect(await columnsWith(stage.database, OTHER)).toEqual([]);
    expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ forgotten: 0 });
    const reports = await rowReports(stage.db, batchId);
    expect(reports).toMatchObject([
      { row: 2, input: null, url: null, state: 'completed', result: written[0] },
      { row: 3, input: null, url: null, state: 'completed', result: written[1] },
    ]);
    expect(reports[0]?.warnings).toEqual(['what (an e-mail address) wrote', 'another']);

    // The workbook is saved once more: each row is known, and nothing asked and paid for again.
    const again = cells.map((cell, at) => [...cell, written[at] ?? '']);
    expect(await save(stage, [...again, ['', '', 'a note']])).toMatchObject({ started: null });
    // The word of before keeps its row, the other is due as ever.
    await stage.db.execute(
      sql`update rows set completed_at = now() - interval '13 hours', status = 'in_transit'`,
    );
    const due = await save(stage, [
      [ORDER, ADDRESS, written[0] ?? '', '保留'],
      ['W1111111', OTHER, written[1] ?? ''],
    ]);
    expect(await rowsOf(stage, due.started ?? '')).toMatchObject([{ row: 3, input: 'W1111111' }]);
  });

  it('what an order’s link held instead of a number leaves; a number stays', async () => {
    const { stage, batchId } = await lookedUp();
    await stage.database.sql`update rows set tracking_number = ${`お届け先 ${ORDER}`},
      details = jsonb_set(details, '{number}', ${JSON.stringify(`お届け先 ${ORDER}`)}::text::jsonb) where row = 2`;
    await stage.database
      .sql`update rows set details = jsonb_set(details, '{number}', '"123456789012"') where row = 3`;
    await age(stage);
    expect(await forgetOld(stage.database, KEPT_MS, 10)).toBe(2);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { trackingNumber: null, details: { number: null, carrier: null } },
      { details: { number: '123456789012' } },
    ]);
  });

  it('what is forgotten is no more retried, nor written', async () => {
    const { stage, batchId } = await lookedUp();
    await stage.database.sql`update rows set state = 'failed', written_at = null`;
    await age(stage);
    expect(await forgetOld(stage.database, KEPT_MS, 10)).toBe(2);
    expect(await rowsToRetry(stage.db, batchId, null)).toEqual([]);
    expect(await rowsToRetry(stage.db, batchId, [2, 3])).toEqual([]);
    const before = await columnC(saved.path);
    await stage.run(stage.activities.writeBack, { batchId });
    expect(await columnC(saved.path)).toEqual(before);
  });

  it('a text of ours of before, without separators, is no person’s text', async () => {
    const stage = await stageWith();
    const first = (await save(stage, [[ORDER, ADDRESS]])).started ?? '';
    await answer(stage, first, { 2: '見つかりません' });
    await stage.run(stage.activities.writeBack, { batchId: first });
    await setBatchState(stage.db, first, 'completed', null);
    await age(stage);
    await forgetOld(stage.database, KEPT_MS, 10);
    await stage.db.execute(
      sql`update rows set completed_at = now() - interval '13 hours', status = 'in_transit'`,
    );
    const again =
      (
        await save(stage, [
          [ORDER, ADDRESS, '見つかりません'],
          ['', '', 'a note'],
        ])
      ).started ?? '';
    await answer(stage, again, { 2: OURS });
    await stage.run(stage.activities.writeBack, { batchId: again });
    expect(await columnC(saved.path)).toEqual([OURS, 'a note']);
  });

  it('a failed row keeps what is known of its result', async () => {
    const { stage, cells, written } = await lookedUp();
    await stage.database.sql`update rows set state = 'failed', written_at = now()`;
    await stage.database.sql`update jobs set intent_at = now() - interval '2 hours', published_at = null,
      finished_at = now() - interval '2 hours'`;
    await age(stage);
    await forgetOld(stage.database, KEPT_MS, 10);
    await stage.db.execute(
      sql`update rows set completed_at = now() - interval '13 hours', status = 'in_transit'`,
    );
    const { started } = await save(stage, [
      [...(cells[1] ?? []), written[1] ?? ''],
      ['', '', 'a note'],
    ]);
    expect(await rowsOf(stage, started ?? '')).toMatchObject([{ row: 2, input: 'W1111111' }]);
  });

  it('a batch that was set to work again lately keeps its own; one that runs does, too', async () => {
    const { stage, batchId } = await lookedUp();
    await age(stage);
    await stage.database.sql`update batches set opened_at = now()`;
    expect(await forgetOld(stage.database, KEPT_MS, 10)).toBe(0);
    await reopenBatch(stage.db, batchId);
    await stage.database.sql`update batches set opened_at = now() - interval '181 days'`;
    expect(await forgetOld(stage.database, KEPT_MS, 10)).toBe(0);
    expect(await rowsOf(stage, batchId)).toMatchObject([{ email: ADDRESS }, { email: OTHER }]);
  });

  it('a reopened batch, its old rows forgotten, is looked at once more when it has ended', async () => {
    const { stage, batchId } = await lookedUp();
    await age(stage);
    await forgetOld(stage.database, KEPT_MS, 10);
    await reopenBatch(stage.db, batchId);
    await stage.database.sql`insert into rows (batch_id, row, input, email, occurrence, state)
      values (${batchId}, 9, 'W9', ${ADDRESS}, 0, 'failed')`;
    await setBatchState(stage.db, batchId, 'completed', null);
    await age(stage);
    await stage.db.execute(sql`update sheet_words set obeyed_at = now() - interval '8 days'`);
    expect(await stage.run(acquisitionOn(stage).cleanUp)).toMatchObject({ forgotten: 1 });
    expect(await personIn(stage)).toEqual([]);
  });
});

describe('forget', () => {
  it('an address leaves every column of every table, with the order beside it; others stay', async () => {
    const { stage, batchId } = await lookedUp();
    await stage.database.sql`insert into saves (workbook, source, examined_at, outcome)
      values ('w', 'sweep', now(), ${`${ORDER} of ${ADDRESS.toUpperCase()} and marked%2Eperson%40example.jp`})`;
    const forgotten = await forgetPerson(stage.database, ` ${ADDRESS.toLowerCase()}`);
    expect(forgotten).toMatchObject({ rows: 1, jobs: 1, batches: 1, left: [] });
    expect(forgotten.others).toContainEqual({ column: 'saves.outcome', rows: 1 });
    expect(await personIn(stage)).toEqual([]);
    expect(await columnsWith(stage.database, 'marked%2Eperson')).toEqual([]);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { input: '', email: '' },
      { input: 'W1111111', email: OTHER },
    ]);
    const [job] = await jobsOf(stage, batchId);
    expect(job?.subjects).toEqual(['(forgotten)', expect.stringContaining(OTHER)]);
    expect(await forgetPerson(stage.database, ADDRESS)).toEqual({
      rows: 0,
      jobs: 0,
      batches: 0,
      others: [],
      left: [],
    });
  });

  it('an order leaves with its row; a longer one and the address in other rows stay', async () => {
    const { stage, batchId } = await lookedUp();
    await stage.database.sql`update rows set email = ${ADDRESS}, input = ${`${ORDER}2`} where row = 3`;
    expect(await forgetPerson(stage.database, ORDER)).toMatchObject({ rows: 1 });
    expect(await columnsWith(stage.database, ORDER)).toEqual(['rows.input']);
    expect(await rowsOf(stage, batchId)).toMatchObject([
      { email: '' },
      { input: `${ORDER}2`, email: ADDRESS },
    ]);
  });

  it('the answer that a word waits for goes as well: the row stays kept', async () => {
    const { stage } = await lookedUp();
    await forgetPerson(stage.database, ADDRESS);
    expect(JSON.stringify(await stage.db.select().from(sheetWords))).not.toContain(ORDER);
  });

  it('is refused while a batch that runs needs it, and changes nothing', async () => {
    const { stage, batchId } = await lookedUp();
    await reopenBatch(stage.db, batchId);
    const before = await personIn(stage);
    await expect(forgetPerson(stage.database, ADDRESS)).rejects.toMatchObject({
      code: 'STILL_NEEDED',
      message: expect.stringContaining(`batch ${batchId}, rows 2: it runs`),
    });
    expect(await personIn(stage)).toEqual(before);
  });

  it('two orders whose parcels no row names any more do not keep each other', async () => {
    const { stage } = await lookedUp();
    await stage.database.sql`delete from parcels`;
    await stage.database.sql`insert into parcels (carrier, number, order_number, serial)
      values ('yamato', '', ${ORDER}, 1), ('yamato', '', 'W7654322', 1), ('yamato', '', 'W9', 1)`;
    await stage.database.sql`update rows set input = 'W7654322', email = ${ADDRESS} where row = 3`;
    expect((await forgetPerson(stage.database, ADDRESS)).others).toContainEqual({
      column: 'parcels.order_number',
      rows: 2,
    });
    expect(await personIn(stage)).toEqual([]);
    expect(await stage.database.sql`select order_number from parcels`).toEqual([{ order_number: 'W9' }]);
  });

  it("a carrier's number beside an address is no order: its parcel stays known", async () => {
    const { stage } = await lookedUp();
    const number = '123456789012';
    await stage.database.sql`update rows set input = ${number}, tracking_number = ${number} where row = 2`;
    await stage.database
      .sql`insert into parcels (carrier, number, order_number, serial) values ('yamato', ${number}, '', 1)`;
    await forgetPerson(stage.database, ADDRESS);
    expect(await columnsWith(stage.database, number)).toEqual(['parcels.number', 'rows.tracking_number']);
  });

  it('numbers named one after the other do not keep each other', async () => {
    const { stage } = await lookedUp();
    await stage.database.sql`insert into parcels (carrier, number, order_number, serial)
      values ('yamato', '123456789012', '', 1), ('yamato', '123456789023', '', 1)`;
    await stage.database.sql`insert into carrier_checks (carrier, number)
      values ('japan_post', '123456789012'), ('japan_post', '123456789023')`;
    for (const number of ['123456789012', '123456789023']) {
      await forgetPerson(stage.database, number);
      expect(await columnsWith(stage.database, number)).toEqual([]);
    }
  });

  it('that fails midway has forgotten nothing: typed again it still knows the orders', async () => {
    const { stage } = await lookedUp();
    await stage.database.sql`insert into saves (workbook, source, outcome) values ('w', 'sweep', ${ORDER})`;
    const before = await personIn(stage);
    await stage.database.sql`alter table saves add constraint full_disk check (outcome <> '(forgotten)')`;
    try {
      await expect(forgetPerson(stage.database, ADDRESS)).rejects.toThrow();
    } finally {
      await stage.database.sql`alter table saves drop constraint full_disk`;
    }
    expect(await personIn(stage)).toEqual(before);
    await forgetPerson(stage.database, ADDRESS);
    expect(await personIn(stage)).toEqual([]);
  });

  it('an order of four characters leaves; an address that begins with it stays', async () => {
    const { stage, batchId } = await lookedUp();
    await stage.database.sql`update rows set input = 'W123' where row = 2`;
    await stage.database.sql`update rows set email = 'w123@example.jp' where row = 3`;
    expect(await forgetPerson(stage.database, 'w123')).toMatchObject({ rows: 1 });
    expect(await rowsOf(stage, batchId)).toMatchObject([{ input: '' }, { email: 'w123@example.jp' }]);
  });

  it.each(['', 'mika', 'W1', '12345', '2024', '10/2', 'a b', '%'])('%j is nothing personal', async (text) => {
    const stage = await stageWith();
    await expect(forgetPerson(stage.database, text)).rejects.toMatchObject({ code: 'NOT_PERSONAL' });
  });

  it("what stands in a file's name is told, and left", async () => {
    const { stage } = await lookedUp();
    await stage.database
      .sql`insert into saves (workbook, source) values (${`/data/${ADDRESS}/OWT-1.xlsx`}, 'sweep')`;
    expect((await forgetPerson(stage.database, ADDRESS)).left).toEqual([
      { column: 'saves.workbook', rows: 1 },
    ]);
  });
});
