import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { findBatch } from '../src/db/batches.ts';
import { batchFigures } from '../src/db/counts.ts';
import { recordedContents } from '../src/db/recorded-contents.ts';
import { markWritten, rowsToWrite, endedUnwritten } from '../src/db/written-rows.ts';
import { testDatabase } from './support/database.ts';

const W = 'webdav:/big.xlsx';
it('perf', { timeout: 580_000 }, async () => {
  const t = await testDatabase();
  const { db } = t.database;
  const timed = async <T>(name: string, f: () => Promise<T>): Promise<T> => {
    const a = performance.now();
    const r = await f();
    console.log(
      name,
      Math.round(performance.now() - a),
      'ms',
      Math.round(process.memoryUsage().rss / 1e6),
      'MB',
    );
    return r;
  };
  try {
    await timed('insert', async () => {
      await db.execute(sql`insert into batches (id, task, workbook, workflow_id, state, columns, finished_at)
        select 'b' || n, 'official_website_tracking', ${W}, 'w' || n, 'completed', '{"input":"A","email":"B","result":"C","status":null}', now()
        from generate_series(0, 100) n`);
      await db.execute(sql`insert into rows (batch_id, row, input, email, occurrence, state, result, status, completed_at, written, written_at)
        select 'b0', n + 1, 'https://store.apple.com/go/jp/vieworder/W' || n, '', 0, 'completed', 'a｜｜｜b' || n, 'in_transit', now(), 'a｜｜｜b' || n, now()
        from generate_series(1, 100000) n`);
      await db.execute(sql`insert into rows (batch_id, row, input, email, occurrence, state, result, status, completed_at, written, written_at)
        select 'b' || b, n + 1, 'https://store.apple.com/go/jp/vieworder/W' || n, '', 0, 'completed', 'a｜｜｜b' || n, 'in_transit', now(), 'a｜｜｜b' || n, now()
        from generate_series(1, 100) b, generate_series(1, 10000) n`);
      await db.execute(sql`analyze rows`);
      await db.execute(sql`analyze batches`);
    });
    const contents = Array.from({ length: 100_000 }, (_, i) => ({
      input: `https://store.apple.com/go/jp/vieworder/W${i + 1}`,
      email: '',
      inputUrl: null,
      occurrence: 0,
    }));
    const target = { workbook: W, task: 'official_website_tracking' as const };
    const on = await timed('recordedContents 100k of 1.1M', () => recordedContents(db, target, contents));
    expect(on.every((x) => x !== null)).toBe(true);
    const fresh = contents.map((c) => ({ ...c, input: `${c.input}x` }));
    await timed('recordedContents 100k new', () => recordedContents(db, target, fresh));
    const inTx = await timed('recordedContents other workbook', () =>
      recordedContents(db, { ...target, workbook: 'webdav:/copy.xlsx' }, contents),
    );
    expect(inTx.every((x) => x === null)).toBe(true);
    // one batch with 100k rows to write
    await db.execute(sql`insert into batches (id, task, workbook, workflow_id, state, columns)
        values ('run', 'official_website_tracking', ${W}, 'run', 'running', '{"input":"A","email":"B","result":"C","status":"D"}')`);
    await db.execute(sql`insert into rows (batch_id, row, input, email, occurrence, state, result, status, completed_at)
        select 'run', n + 1, 'https://store.apple.com/go/jp/vieworder/W' || n, '', 0, 'completed', 'c｜｜｜b' || n, 'in_transit', now()
        from generate_series(1, 100000) n`);
    await timed('recordedContents, not analyzed', () => recordedContents(db, target, contents));
    const batch = await findBatch(db, 'run');
    if (batch === null) throw new Error('x');
    const f = await timed('batchFigures', () => batchFigures(db, 'run'));
    console.log(f);
    const rows = await timed('rowsToWrite 100k', async () => rowsToWrite(db, batch));
    await timed('markWritten 10', () =>
      db.transaction((tx) =>
        markWritten(
          tx,
          'C',
          rows.slice(0, 10).map(({ row }) => ({
            id: String(row.id),
            outcome: 'written' as const,
            row: row.row,
            before: '',
            text: row.result,
            shown: '完了',
          })),
        ),
      ),
    );
    await timed('markWritten 100k', () =>
      db.transaction((tx) =>
        markWritten(
          tx,
          'C',
          rows.map(({ row }) => ({
            id: String(row.id),
            outcome: 'written' as const,
            row: row.row,
            before: '',
            text: row.result,
            shown: '完了',
          })),
        ),
      ),
    );
    await timed('rowsToWrite 0', async () => rowsToWrite(db, batch));
    await timed('endedUnwritten', async () => endedUnwritten(db));
    // equal cells
    await db.execute(sql`update batches set finished_at = now(), state = 'completed' where id = 'run'`);
    await db.execute(sql`insert into rows (batch_id, row, input, email, occurrence, state, error)
        select 'b' || b, 200000 + n, '未定', '', n, 'invalid', 'x' from generate_series(1, 3) b, generate_series(0, 2999) n`);
    const equal = Array.from({ length: 3000 }, (_, occurrence) => ({
      input: '未定',
      email: '',
      inputUrl: null,
      occurrence,
    }));
    await timed('recordedContents 3000 equal × 3', () => recordedContents(db, target, equal));
    await db.execute(sql`insert into rows (batch_id, row, input, email, occurrence, state, result, completed_at)
        select 'b9', 300000 + n, 'same', '', n, 'completed', 'x｜｜｜y', now() from generate_series(0, 2999) n`);
    await timed('rowsToWrite 3000 equal', async () => rowsToWrite(db, { ...batch, id: 'b9' }));
  } finally {
    await t.drop();
  }
});
