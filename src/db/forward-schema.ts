import { sql } from 'drizzle-orm';
import { bigint, index, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, moment, notifications } from './schema.ts';

/** Notifications of jobs that are not ours, on their way to the system they belong to (`WEBHOOK_FORWARD_URL`). */
export const forwards = pgTable(
  'forwards',
  {
    notificationId: bigint('notification_id', { mode: 'number' })
      .primaryKey()
      .references(() => notifications.id, { onDelete: 'cascade' }),
    contentType: text('content_type').notNull(),
    /** As it came, until it was taken or refused. */
    body: bytes('body'),
    /** Until then somebody has it in hand, or has just tried in vain. */
    tryAfter: moment('try_after').notNull().defaultNow(),
    /** Taken; with `error`: refused for good. */
    endedAt: moment('ended_at'),
    error: text('error'),
  },
  (t) => [
    index('forwards_waiting')
      .on(t.notificationId)
      .where(sql`ended_at is null`),
  ],
);
