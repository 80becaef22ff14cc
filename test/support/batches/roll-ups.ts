import { rollUp } from '../../../src/batches/roll-ups/roll-up.ts';
import type { Database } from '../../../src/db/database.ts';

/** All that the roll-ups hold, in one order. */
export async function rolledUp({ sql }: Database): Promise<unknown> {
  return {
    hours: await sql`select * from roll_ups order by grain, at, task, figure, part`,
    parcels:
      await sql`select * from parcel_roll_ups order by day, outcome, carrier, from_office, to_office, hours`,
    open: await sql`select * from open_parcels order by day, carrier`,
  };
}

/** Makes all of it anew from what is on record, and gives it. */
export async function rebuilt(database: Database): Promise<unknown> {
  const { sql } = database;
  await sql`truncate roll_ups, rolled_batches, parcel_roll_ups, open_parcels`;
  await sql`insert into changed_parcel_days
    select counted_on from parcels where counted_on is not null union select day from gone_parcels`;
  await rollUp(database);
  return rolledUp(database);
}
