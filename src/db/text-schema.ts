import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { moment } from './schema.ts';

/** What people said that carriers' texts mean; it goes before what is built in. */
export const textMeanings = pgTable(
  'text_meanings',
  {
    /** As texts are compared: without white space. */
    text: text('text').notNull(),
    /** '': every carrier's. */
    carrier: text('carrier').$type<CarrierName | ''>().notNull(),
    status: text('status').$type<TrackingStatus>().notNull(),
    setAt: moment('set_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.text, t.carrier] })],
);

/** Texts that nobody knew when they were read: one row a parcel, however often it was asked after. */
export const unknownTexts = pgTable(
  'unknown_texts',
  {
    text: text('text').notNull(),
    carrier: text('carrier').$type<CarrierName | ''>().notNull(),
    /** Its tracking number, or `row ID` where it has none. */
    parcel: text('parcel').notNull(),
    /** What stood before and after it in the parcel's history; null: nothing. */
    before: text('before'),
    after: text('after'),
    firstSeenAt: moment('first_seen_at').notNull().defaultNow(),
    lastSeenAt: moment('last_seen_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.text, t.carrier, t.parcel] })],
);
