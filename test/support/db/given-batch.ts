import type { Database } from '../../../src/db/database.ts';
import { batches, jobRows, jobs, rows } from '../../../src/db/schema.ts';

/** A running batch of `yamato_tracking_only`; its workflow is `tracking:{id}`. */
export async function givenBatch(
  { db }: Pick<Database, 'db'>,
  id: string,
  more: Partial<typeof batches.$inferInsert> = {},
): Promise<string> {
  await db.insert(batches).values({
    id,
    task: 'yamato_tracking_only',
    workbook: `/workbooks/yamato_tracking_only/YTO-${id}.xlsx`,
    workflowId: `tracking:${id}`,
    columns: { input: 'A', email: 'B', result: 'C', status: null },
    ...more,
  });
  return id;
}

/** A published job of a batch, with its id. */
export async function givenJob(
  { db }: Pick<Database, 'db'>,
  job: Pick<typeof jobs.$inferInsert, 'batchId' | 'customId'> & Partial<typeof jobs.$inferInsert>,
): Promise<number> {
  const [inserted] = await db
    .insert(jobs)
    .values({
      seq: 1,
      task: 'yamato_tracking_only',
      sitemapId: 1_423_671,
      subjects: ['https://a.example/1'],
      state: 'published',
      ...job,
    })
    .returning({ id: jobs.id });
  if (inserted === undefined) throw new TypeError('no job inserted');
  return inserted.id;
}

/** A row of a batch, asked for by a job where one is named. */
export async function givenRow(
  { db }: Pick<Database, 'db'>,
  row: Pick<typeof rows.$inferInsert, 'batchId' | 'row' | 'state'> & Partial<typeof rows.$inferInsert>,
  jobId: number | null = null,
): Promise<void> {
  const [inserted] = await db
    .insert(rows)
    .values({ input: `https://a.example/${row.row}`, email: '', occurrence: 0, ...row })
    .returning({ id: rows.id });
  if (inserted === undefined) throw new TypeError('no row inserted');
  if (jobId === null) return;
  await db.insert(jobRows).values({ jobId, rowId: inserted.id, subject: 'https://a.example/1' });
}
