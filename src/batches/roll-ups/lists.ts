import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';

/** Moments as one parameter, for `= any(…)`. */
export function momentsOf(moments: readonly Date[]): SQL {
  return sql`${sql.param(`{${moments.map((moment) => moment.toISOString()).join(',')}}`)}::timestamptz[]`;
}

/** Days as one parameter: `2026-01-31`. */
export function daysOf(days: readonly string[]): SQL {
  return sql`${sql.param(`{${days.join(',')}}`)}::date[]`;
}

/** Names of our own, for `in …`. */
export function listOf(names: readonly string[]): SQL {
  return sql.raw(`(${names.map((name) => `'${name}'`).join(', ')})`);
}
