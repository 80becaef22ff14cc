import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** What stands where something was forgotten. */
export const GONE = '(forgotten)';

/** A workbook's path and what is named after it: they are the file's own name, which a person has to change. */
const FILE_NAMES: readonly string[] = ['workbook', 'workflow_id'];

/** A place in the database and in how many of its rows. */
export interface Place {
  column: string;
  rows: number;
}

interface Column extends Record<string, unknown> {
  table: string;
  column: string;
  type: string;
  nullable: boolean;
}

/**
 * A regular expression of Postgres that finds these texts, whatever their case and width, also as they stand in URLs, and
 * not within longer words: order W1 is not order W12, nor of w1@example.jp.
 */
export function patternOf(texts: readonly string[]): string {
  const before = String.raw`(?:(?<![A-Za-z0-9._+-])|(?<=%[0-9A-Fa-f]{2}))`;
  const behind = String.raw`(?![A-Za-z0-9_@＠-]|%40|\.[A-Za-z0-9])`;
  return `${before}(?:${texts.map((text) => [...text].map(anyForm).join('')).join('|')})${behind}`;
}

function anyForm(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return `[${character}${wide(character)}]`;
  const code = character.codePointAt(0) ?? 0;
  if (code > 0x7e) return character;
  const escaped = `%${code.toString(16).padStart(2, '0')}`;
  return `(?:\\${character}|${wide(character)}|${escaped})`;
}

const wide = (character: string) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0);

/**
 * Takes what a pattern finds out of every column of every table, the names of files apart. Run in a transaction. Gives
 * where it stood.
 */
export async function eraseText(tx: Queries, pattern: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const column of await columnsOf(tx)) {
    if (FILE_NAMES.includes(column.column)) continue;
    const [table, name] = [sql.identifier(column.table), sql.identifier(column.column)];
    const where = sql`where ${textOf(column)} ~* ${pattern}`;
    const replaced = (text: ReturnType<typeof sql>) =>
      sql`regexp_replace(${text}, ${pattern}, ${GONE}, 'gi')`;
    const change = {
      text: sql`update ${table} set ${name} = ${replaced(sql`${name}`)} ${where} returning 1`,
      jsonb: sql`update ${table} set ${name} = ${replaced(sql`${name}::text`)}::jsonb ${where} returning 1`,
      ARRAY: sql`update ${table} set ${name} = array(select ${replaced(sql`each`)}
        from unnest(${name}) with ordinality told(each, at) order by at) ${where} returning 1`,
      bytea: column.nullable
        ? sql`update ${table} set ${name} = null ${where} returning 1`
        : sql`delete from ${table} ${where} returning 1`,
    }[column.type];
    const changed = change === undefined ? [] : await tx.execute(change);
    if (changed.length > 0) places.push({ column: `${column.table}.${column.column}`, rows: changed.length });
  }
  return places;
}

/** Where the names of files hold what a pattern finds: nothing else does once it is erased. */
export async function findInFileNames(queries: Queries, pattern: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const column of await columnsOf(queries)) {
    if (!FILE_NAMES.includes(column.column)) continue;
    const [found] = await queries.execute<{ rows: number }>(sql`
      select count(*)::int as rows from ${sql.identifier(column.table)} where ${textOf(column)} ~* ${pattern}`);
    if (found !== undefined && found.rows > 0)
      places.push({ column: `${column.table}.${column.column}`, rows: found.rows });
  }
  return places;
}

/** Letters and digits of a file's bytes are themselves in `escape`. */
function textOf({ column, type }: Column) {
  const name = sql.identifier(column);
  return type === 'bytea' ? sql`encode(${name}, 'escape')` : sql`${name}::text`;
}

/** Every column that may hold a text, of every table; what is made of others is made anew with them. */
function columnsOf(queries: Queries): Promise<Column[]> {
  return queries.execute<Column>(sql`
    select c.table_name as table, c.column_name as column, c.data_type as type, c.is_nullable = 'YES' as nullable
    from information_schema.columns c
    join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
      and (c.data_type in ('text', 'jsonb', 'bytea') or c.udt_name = '_text')
    order by c.table_name, c.ordinal_position`);
}
