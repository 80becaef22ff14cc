import { asc, eq } from 'drizzle-orm';
import { saveOutcomes } from '../../../src/db/results.ts';
import { jobRows } from '../../../src/db/schema.ts';
import { rowResult } from '../tasks/row-result.ts';
import { rowsOf } from './batch.ts';
import type { Stage } from './stage.ts';

/** Gives rows their results without a scraping job: by sheet row number. */
export async function answer(
  stage: Stage,
  batchId: string,
  texts: Readonly<Record<number, string>>,
): Promise<void> {
  for (const row of await rowsOf(stage, batchId)) {
    const text = texts[row.row];
    if (text === undefined) continue;
    const links = await stage.db.query.jobRows.findMany({
      where: eq(jobRows.rowId, row.id),
      orderBy: [asc(jobRows.jobId)],
    });
    const outcome = { rowId: row.id, result: rowResult(text), error: null };
    const found = { jobId: links.at(-1)?.jobId ?? 0, outcomes: [outcome] };
    await stage.db.transaction((tx) => saveOutcomes(tx, [found], 'webscraper'));
  }
}
