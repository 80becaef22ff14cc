import { sql } from 'drizzle-orm';

/** The day in Japan on which a parcel came into the status that it is counted by. */
export const COUNTED_ON = sql.raw(
  `case when status in ('delivered', 'returned') then (coalesce(since, terminal_at) at time zone 'Asia/Tokyo')::date end`,
);
