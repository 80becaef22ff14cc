import type { Database } from '../../../src/db/database.ts';
import { batches, jobs } from '../../../src/db/schema.ts';

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
  job: { batchId: string; customId: string; seq?: number; scrapingJobId?: number },
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
