import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from './schema.ts';

/** One row: which database this is, by what no backup can bring along. */
export const installation = pgTable('installation', {
  id: integer('id').primaryKey(),
  /** As `database_identity()` told it when the database was last known to be as old as the world. */
  identity: text('identity').array().notNull(),
  /** Since when it is being held against the account's jobs; null: it is not. */
  doubtedAt: moment('doubted_at'),
  /** The restore that was last made good. */
  restoredAt: moment('restored_at'),
  /** By which contents are hashed; null: none was yet. */
  contentKey: bytes('content_key'),
});
