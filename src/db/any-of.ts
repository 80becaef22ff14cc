import { sql } from 'drizzle-orm';
import type { AnyColumn, SQL } from 'drizzle-orm';

/** `column = any(list)`: one parameter however long the list; `in (…)` takes 65,535 at most. */
export function anyOf(column: AnyColumn, list: readonly number[]): SQL {
  return sql`${column} = any(${sql.param(`{${list.join(',')}}`)}::bigint[])`;
}

/** The same for texts. */
export function anyText(column: AnyColumn, list: readonly string[]): SQL {
  return sql`${column} in (select jsonb_array_elements_text(${JSON.stringify(list)}::text::jsonb))`;
}

/** A list of objects as one parameter, for `jsonb_to_recordset`: many rows in a statement, quickly. */
export function jsonList(list: readonly object[]): SQL {
  return sql`${JSON.stringify(list)}::text::jsonb`;
}
