import type { Database } from '../../../src/db/database.ts';

/** Every column of every table in which a text stands, letter for letter or in the bytes of a file. */
export async function columnsWith({ sql }: Pick<Database, 'sql'>, text: string): Promise<string[]> {
  const columns = await sql<{ table: string; column: string; type: string }[]>`
    select c.table_name as table, c.column_name as column, c.data_type as type
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' order by 1, 2`;
  const found: string[] = [];
  for (const { table, column, type } of columns) {
    const name = sql(column);
    const shown = type === 'bytea' ? sql`encode(${name}, 'escape')` : sql`${name}::text`;
    const rows = await sql`select from ${sql(table)} where ${shown} ilike ${`%${text}%`}`;
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found;
}
