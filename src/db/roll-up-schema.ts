import { bigint, date, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { CarrierName } from '../carriers/status.ts';
import type { TaskName } from '../tasks/types.ts';
import { moment } from './schema.ts';

/** A figure of an hour or a day in Japan: `['failed', 'empty-page', 3]`. */
export type Figure = [figure: string, part: string, value: number];

/** Figures by the hour and by the day in Japan; a day is the sum of its hours. Kept for good. */
export const rollUps = pgTable(
  'roll_ups',
  {
    grain: text('grain').$type<'hour' | 'day'>().notNull(),
    /** Its beginning. */
    at: moment('at').notNull(),
    /** '': of no task. */
    task: text('task').$type<TaskName | ''>().notNull(),
    figure: text('figure').notNull(),
    /** What the figure is divided by: a row's state, a reason, a kind of call, seconds; '': by nothing. */
    part: text('part').notNull(),
    value: bigint('value', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.grain, t.at, t.task, t.figure, t.part] })],
);

/** What each batch has added to its hour. Outlives the batch, so that its hour stays what it was. */
export const rolledBatches = pgTable(
  'rolled_batches',
  {
    batchId: text('batch_id').primaryKey(),
    /** Of `batch_figures`: as long as it is the same, nothing has changed. */
    revision: bigint('revision', { mode: 'number' }).notNull(),
    hour: moment('hour').notNull(),
    task: text('task').$type<TaskName>().notNull(),
    figures: jsonb('figures').$type<Figure[]>().notNull(),
  },
  (t) => [index('rolled_batches_hour').on(t.hour)],
);

/** How many parcels of one kind count on a day in Japan: delivered or sent back, where from, where to, how long. */
const PARCEL_COUNT = {
  day: date('day').notNull(),
  outcome: text('outcome').$type<'delivered' | 'returned'>().notNull(),
  carrier: text('carrier').$type<CarrierName | ''>().notNull(),
  /** '': nobody told. */
  fromOffice: text('from_office').notNull(),
  toOffice: text('to_office').notNull(),
  /** Whole hours from its first event to its delivery; -1: not known. */
  hours: integer('hours').notNull(),
  parcels: integer('parcels').notNull(),
  /** Of these, delivered without a failed attempt before. */
  firstAttempt: integer('first_attempt').notNull(),
  /** Sum of the time they took; 0 where it is not known. */
  minutes: bigint('minutes', { mode: 'number' }).notNull(),
};

/** All parcels that count, those that are gone among them. */
export const parcelRollUps = pgTable('parcel_roll_ups', PARCEL_COUNT, (t) => [
  primaryKey({
    name: 'parcel_roll_ups_pk',
    columns: [t.day, t.outcome, t.carrier, t.fromOffice, t.toOffice, t.hours],
  }),
]);

/**
 * What parcels counted that were pruned or forgotten, as they went; a day is made anew from these and from those on record.
 * Nothing is unique: two that remove parcels would wait for each other.
 */
export const goneParcels = pgTable('gone_parcels', PARCEL_COUNT, (t) => [
  index('gone_parcels_day').on(t.day),
]);

/** Days of parcels that have changed since the last roll-up, written by a trigger of `parcels`. */
export const changedParcelDays = pgTable('changed_parcel_days', { day: date('day').notNull() });

/** Parcels still on their way, as they stood at the day's last roll-up. */
export const openParcels = pgTable(
  'open_parcels',
  {
    day: date('day').notNull(),
    carrier: text('carrier').$type<CarrierName | ''>().notNull(),
    open: integer('open').notNull(),
    /** Of these, silent for five days. */
    stalled: integer('stalled').notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.carrier] })],
);
