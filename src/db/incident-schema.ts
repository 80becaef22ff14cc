import { sql } from 'drizzle-orm';
import { index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { AlertReason } from '../carriers/alert-reasons.ts';
import { id, moment } from './schema.ts';

export type IncidentKind =
  | 'publishing-held'
  | 'account-closed'
  | 'drift'
  | 'batch-held'
  | 'batch-stalled'
  | 'workbook-locked'
  | 'batch-ended'
  | `parcels-${AlertReason}`;

/** What needs a person, from its beginning to its end, and what people were told of it. */
export const incidents = pgTable(
  'incidents',
  {
    id: id(),
    kind: text('kind').$type<IncidentKind>().notNull(),
    /** What it is about: a batch, one end of a batch, the account. */
    subject: text('subject').notNull(),
    batchId: text('batch_id'),
    title: text('title').notNull(),
    text: text('text').notNull(),
    begunAt: moment('begun_at').notNull(),
    /** People are told from then on: not of what passes by itself. */
    dueAt: moment('due_at').notNull(),
    seenAt: moment('seen_at').notNull(),
    overAt: moment('over_at'),
    toldAt: moment('told_at'),
    /** That it is over was told, or is not to be. */
    overToldAt: moment('over_told_at'),
  },
  (t) => [
    uniqueIndex('incidents_one_open')
      .on(t.kind, t.subject)
      .where(sql`over_at is null`),
    index('incidents_untold')
      .on(t.id)
      .where(sql`over_told_at is null`),
  ],
);
