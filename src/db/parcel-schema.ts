import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { SeenEstimate, StateAbove } from '../carriers/merged-parcel.ts';
import type { PlacedEvent } from '../carriers/placed-events.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { COUNTED_ON } from './parcel-days.ts';
import { id, moment, rows } from './schema.ts';

/** Parcels, whoever asked after them. Kept when their batches are gone. */
export const parcels = pgTable(
  'parcels',
  {
    id: id(),
    /** '': no carrier is known, the shop's page told of it. */
    carrier: text('carrier').$type<CarrierName | ''>().notNull(),
    /** '': none is known, its order names it. */
    number: text('number').notNull(),
    /** '' where it has a number. */
    orderNumber: text('order_number').notNull(),
    /** Carriers use numbers again: 1 is the first parcel that had it. The one of 1 is the lock of them all. */
    serial: integer('serial').notNull(),
    status: text('status').$type<TrackingStatus>().notNull().default('unknown'),
    subStatus: text('sub_status'),
    /** The text that decides, as the carrier wrote it. */
    statusText: text('status_text'),
    /** Since when it has this status; null: no event tells. */
    since: moment('since'),
    /** Of its last event. */
    eventAt: moment('event_at'),
    /** From then on it moves no more, perhaps a moment to come; null: unless something is heard of it. */
    terminalAt: moment('terminal_at'),
    firstEventAt: moment('first_event_at'),
    /** The first office that is told, and the one where the deciding event was, or the last. */
    fromOffice: text('from_office'),
    toOffice: text('to_office'),
    /** Events of `attempt_failed`. */
    failedAttempts: integer('failed_attempts').notNull().default(0),
    /** What the carrier and the shop said of its delivery, and where it stood. */
    estimates: jsonb('estimates').$type<SeenEstimate[]>().notNull().default([]),
    product: text('product'),
    summary: text('summary'),
    above: jsonb('above').$type<StateAbove>(),
    firstSeenAt: moment('first_seen_at').notNull().defaultNow(),
    /** When somebody looked last; null: not yet. */
    seenAt: moment('seen_at'),
    /** When a round of the re-query was last done with it, whatever came of it. */
    askedAt: moment('asked_at'),
    /** When something new was last learnt of it. */
    changedAt: moment('changed_at').notNull().defaultNow(),
    /** The day in Japan on which it was delivered, or first sent back; null: neither, or nobody knows when. */
    countedOn: date('counted_on').generatedAlwaysAs(COUNTED_ON),
  },
  (t) => [
    uniqueIndex('parcels_key').on(t.carrier, t.number, t.orderNumber, t.serial),
    index('parcels_open')
      .on(t.seenAt)
      .where(sql`terminal_at is null`),
    index('parcels_terminal')
      .on(t.terminalAt)
      .where(sql`terminal_at is not null`),
    index('parcels_changed').on(t.changedAt),
    index('parcels_counted')
      .on(t.countedOn)
      .where(sql`counted_on is not null`),
    // What may need somebody: some hundreds of a hundred thousand.
    index('parcels_watched')
      .on(t.status, t.eventAt)
      .where(sql`status <> 'delivered'`),
  ],
);

/** What happened to a parcel, each event once. In order: by `place`, then text. */
export const parcelEvents = pgTable(
  'parcel_events',
  {
    parcelId: bigint('parcel_id', { mode: 'number' })
      .notNull()
      .references(() => parcels.id, { onDelete: 'cascade' }),
    /** A hash of what makes it this event: time, text and office. */
    key: uuid('key').notNull(),
    /** As the carrier wrote it. */
    text: text('text').notNull(),
    /** Date and time as written, local to where it happened; '': none. */
    timeText: text('time_text').notNull(),
    /** Null: no time can be read. Of an event abroad: as if that were Japan. */
    at: moment('at'),
    timeIs: text('time_is').$type<PlacedEvent['timeIs']>().notNull(),
    /** It happened between these; null: nothing is known to have come after it. */
    earliest: moment('earliest').notNull(),
    latest: moment('latest'),
    place: moment('place').notNull(),
    /** Its local time is not Japan's, and `at` hours off. */
    isAbroad: boolean('is_abroad').notNull(),
    office: text('office'),
    /** The prefecture, or the country of a leg abroad. */
    region: text('region'),
    details: text('details'),
    /** What this text means by itself. */
    status: text('status').$type<TrackingStatus>().notNull(),
    subStatus: text('sub_status'),
    firstSeenAt: moment('first_seen_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.parcelId, t.key] })],
);

/** The parcel that a row names by now: with its batch, the workbooks that name a parcel. */
export const parcelRows = pgTable(
  'parcel_rows',
  {
    rowId: bigint('row_id', { mode: 'number' })
      .primaryKey()
      .references(() => rows.id, { onDelete: 'cascade' }),
    parcelId: bigint('parcel_id', { mode: 'number' })
      .notNull()
      .references(() => parcels.id, { onDelete: 'cascade' }),
    /** When its look was made, or it was answered by another's. */
    seenAt: moment('seen_at').notNull(),
  },
  (t) => [index('parcel_rows_parcel').on(t.parcelId)],
);

/** Numbers that one carrier did not know, and what another, asked once, said of them. */
export const carrierChecks = pgTable(
  'carrier_checks',
  {
    /** Who was asked. */
    carrier: text('carrier').$type<CarrierName>().notNull(),
    number: text('number').notNull(),
    askedAt: moment('asked_at').notNull().defaultNow(),
    /** What it has under the number; null: it does not know it either. */
    status: text('status').$type<TrackingStatus>(),
    /** Its first event, and its last; null: it tells no times. */
    firstEventAt: moment('first_event_at'),
    eventAt: moment('event_at'),
  },
  (t) => [primaryKey({ columns: [t.carrier, t.number] })],
);

/** The parcel that a row of a round asks after, whatever it finds. */
export const roundRows = pgTable(
  'round_rows',
  {
    rowId: bigint('row_id', { mode: 'number' })
      .primaryKey()
      .references(() => rows.id, { onDelete: 'cascade' }),
    parcelId: bigint('parcel_id', { mode: 'number' })
      .notNull()
      .references(() => parcels.id, { onDelete: 'cascade' }),
  },
  (t) => [index('round_rows_parcel').on(t.parcelId)],
);
