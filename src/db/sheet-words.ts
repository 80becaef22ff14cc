import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { SheetWord } from '../workbook/sheet-words.ts';
import type { WorkbookRow } from '../workbook/types.ts';
import { jsonList } from './any-of.ts';
import { contentHasher } from './content-hash.ts';
import type { Queries } from './database.ts';
import { sheetWords } from './file-schema.ts';
import type { AnswerPlace } from './file-schema.ts';

type Content = Pick<WorkbookRow, 'input' | 'inputUrl' | 'email' | 'occurrence'>;

/** The word on record of a row. */
export type WordOnRecord = typeof sheetWords.$inferSelect;

/** A row by its content, without saying what that is. */
export type WordKey = Pick<WordOnRecord, 'contentHash' | 'occurrence'>;

/** Words of one workbook. */
export class WordsOnRecord {
  readonly #words = new Map<string, WordOnRecord[]>();
  readonly #hash: (content: Content) => string;

  constructor(words: readonly WordOnRecord[], hash: (content: Content) => string) {
    for (const word of words)
      this.#words.set(word.contentHash, [...(this.#words.get(word.contentHash) ?? []), word]);
    this.#hash = hash;
  }

  get isEmpty(): boolean {
    return this.#words.size === 0;
  }

  all(): WordOnRecord[] {
    return [...this.#words.values()].flat();
  }

  keyOf(content: Content): WordKey {
    return { contentHash: this.#hash(content), occurrence: content.occurrence };
  }

  /** The word of each row of the content, whichever of several equal ones it is. */
  ofContent(content: Content): readonly WordOnRecord[] {
    return this.isEmpty ? [] : (this.#words.get(this.#hash(content)) ?? []);
  }

  of(content: Content): WordOnRecord | null {
    return this.ofContent(content).find(({ occurrence }) => occurrence === content.occurrence) ?? null;
  }
}

export async function wordsOnRecord(queries: Queries, workbook: string): Promise<WordsOnRecord> {
  const words = await queries.select().from(sheetWords).where(eq(sheetWords.workbook, workbook));
  return new WordsOnRecord(words, await contentHasher(queries));
}

/** A word that a save has obeyed; `answerTo`: its answer is still to be written there. */
export interface NewWord extends WordKey {
  word: SheetWord;
  typed: string;
  answer: string;
  cell: string;
  answerTo: AnswerPlace | null;
}

/** Puts words in the place of those that were known of their rows. */
export async function putWords(tx: Queries, workbook: string, words: readonly NewWord[]): Promise<void> {
  if (words.length === 0) return;
  await tx.execute(sql`
    insert into sheet_words (workbook, content_hash, occurrence, word, typed, obeyed_at, answer, cell, answer_to, answered_at)
    select ${workbook}, "contentHash", occurrence, word, typed, clock_timestamp(), answer, cell,
           nullif("answerTo", 'null'), case when nullif("answerTo", 'null') is null then clock_timestamp() end
    from jsonb_to_recordset(${jsonList(words)}) as new("contentHash" text, occurrence int, word text, typed text,
      answer text, cell text, "answerTo" jsonb)
    on conflict (workbook, content_hash, occurrence) do update set word = excluded.word, typed = excluded.typed,
      obeyed_at = excluded.obeyed_at, answer = excluded.answer, cell = excluded.cell, answer_to = excluded.answer_to,
      answered_at = excluded.answered_at`);
}

/** A row that people took out of the care of their word. */
export async function releaseWords(tx: Queries, workbook: string, keys: readonly WordKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.execute(sql`
    delete from sheet_words using jsonb_to_recordset(${jsonList(keys)}) as over("contentHash" text, occurrence int)
    where workbook = ${workbook} and content_hash = over."contentHash" and sheet_words.occurrence = over.occurrence`);
}

/** An answer that is dealt with, and what the cell holds now; null: what it held before. */
export type Answered = WordKey & { typed: string; cell: string | null };

/** Another word that was obeyed meanwhile stays unanswered. */
export async function markAnswered(
  tx: Queries,
  workbook: string,
  answered: readonly Answered[],
): Promise<void> {
  if (answered.length === 0) return;
  await tx.execute(sql`
    update sheet_words set answer_to = null, answered_at = clock_timestamp(), cell = coalesce(done.cell, sheet_words.cell)
    from jsonb_to_recordset(${jsonList(answered)})
      as done("contentHash" text, occurrence int, typed text, cell text)
    where workbook = ${workbook} and content_hash = done."contentHash" and sheet_words.occurrence = done.occurrence
      and sheet_words.typed = done.typed`);
}

const UNANSWERED = isNotNull(sheetWords.answerTo);

export async function hasUnanswered(queries: Queries, workbook: string): Promise<boolean> {
  const [found] = await queries
    .select({ workbook: sheetWords.workbook })
    .from(sheetWords)
    .where(and(UNANSWERED, eq(sheetWords.workbook, workbook)))
    .limit(1);
  return found !== undefined;
}

/** A workbook that is gone for so long is not looked for any more. */
const WAITING_DAYS = 7;

/** Workbooks with a word that waits longer than `olderThanMs` for its answer. */
export async function workbooksUnanswered(queries: Queries, olderThanMs: number): Promise<string[]> {
  const since = sql`clock_timestamp() - ${`${olderThanMs} milliseconds`}::interval`;
  const found = await queries
    .selectDistinct({ workbook: sheetWords.workbook })
    .from(sheetWords)
    .where(
      and(
        UNANSWERED,
        sql`${sheetWords.obeyedAt} between now() - make_interval(days => ${WAITING_DAYS}) and ${since}`,
      ),
    );
  return found.map(({ workbook }) => workbook);
}

/** Forgets answers that found no way for so long, and words of `days` ago that keep no row. */
export async function pruneWords(queries: Queries, days: number): Promise<void> {
  await queries.execute(sql`
    update sheet_words set answer_to = null, answered_at = clock_timestamp()
    where answer_to is not null and obeyed_at < now() - make_interval(days => ${WAITING_DAYS})`);
  await queries.execute(sql`
    delete from sheet_words where word in ('retry', 'fresh') and answered_at < now() - make_interval(days => ${days})`);
}
