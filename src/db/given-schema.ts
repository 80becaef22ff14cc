import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { WorkbookContent } from '../workbook/types.ts';
import { batches, moment } from './schema.ts';

const batchId = () =>
  text('batch_id')
    .notNull()
    .references(() => batches.id, { onDelete: 'cascade' });

/** Rows given without a workbook, from the start of their batch until they are planned. */
export const givenRows = pgTable('given_rows', {
  batchId: batchId().primaryKey(),
  content: jsonb('content').$type<Pick<WorkbookContent, 'rows' | 'warnings'>>().notNull(),
});

/** Results of such a batch on their way to the webhook, and when it took them. */
export const deliveries = pgTable(
  'deliveries',
  {
    /** The same for each try. */
    id: text('id').primaryKey(),
    batchId: batchId(),
    madeAt: moment('made_at').notNull().defaultNow(),
    /** Their numbers. */
    rows: integer('rows').array().notNull(),
    /** No more are to come. */
    done: boolean('done').notNull(),
    /** What is sent, byte for byte, until it was taken: it may hold personal data. */
    body: text('body'),
    takenAt: moment('taken_at'),
  },
  (t) => [
    // One after the other: what changes meanwhile goes with the next.
    uniqueIndex('deliveries_one_under_way')
      .on(t.batchId)
      .where(sql`taken_at is null`),
    index('deliveries_batch').on(t.batchId, t.madeAt),
  ],
);
