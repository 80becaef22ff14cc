import type { WorkbookBatch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { oldestSession } from '../db/editing-sessions.ts';
import { recordedContents } from '../db/recorded-contents.ts';
import type { OnRecord, RecordedContent } from '../db/recorded-contents.ts';
import type { RowContent, WorkbookRow } from '../workbook/types.ts';
import { TsuisekiError } from '../errors.ts';
import { wordsOnRecord } from '../db/sheet-words.ts';
import type { WordKey, WordOnRecord, WordsOnRecord } from '../db/sheet-words.ts';
import { isKept, wordOf } from '../workbook/sheet-words.ts';
import type { SheetWord } from '../workbook/sheet-words.ts';
import { decideRow } from './save-rule.ts';
import type { SaveDecision, SaveTimes } from './save-rule.ts';
import { answerAgain, obeyWord, readStatusCell } from './word-rule.ts';

/** A row to be answered; `isNew`: nobody asked for it in words, and its content has had no result. */
export interface LookUp {
  row: WorkbookRow;
  onRecord: OnRecord | null;
  isNew: boolean;
}

/** The rows of a save that leave something to do. */
export interface PickedRows {
  lookUp: LookUp[];
  /** Ids of rows on record whose result is to be written once more. */
  writeAgain: number[];
  words: SaidRow[];
}

/** A row whose status cell says something new. */
export interface SaidRow {
  row: WorkbookRow;
  key: WordKey;
  onRecord: OnRecord | null;
  /** `moved`: the answer of an equal row stands beside this one, and so keeps it. */
  said: 'word' | 'answer again' | 'moved' | 'released';
  word: SheetWord;
  answer: string;
}

export type SaveAges = Pick<SaveTimes, 'refreshAfterMs' | 'retryOnSaveAfterMs'>;

/** A writeback was quicker than the reading of a save: a cell that it filled would be taken for one that a person cleared. */
export class CopyOvertaken extends TsuisekiError<'COPY_OVERTAKEN'> {}

/**
 * Picks the rows that a save asks for, each by its content and what is on record of it. Throws {@link CopyOvertaken}:
 * a new copy is to be read.
 */
export async function pickRows(
  queries: Queries,
  target: Pick<WorkbookBatch, 'workbook' | 'task' | 'columns'> & { copiedAt: Date },
  rows: WorkbookRow[],
  { refreshAfterMs, retryOnSaveAfterMs }: SaveAges,
): Promise<PickedRows> {
  const sessionBeganAtMs = (await oldestSession(queries, target.workbook))?.getTime() ?? null;
  const times = {
    nowMs: Date.now(),
    copiedAtMs: target.copiedAt.getTime(),
    refreshAfterMs,
    retryOnSaveAfterMs,
    sessionBeganAtMs,
  };
  const onRecord = await recordedContents(queries, target, rows);
  const twins = twinsOf(rows, onRecord);
  const words = target.columns.status === null ? null : await wordsOnRecord(queries, target.workbook);
  const picked: PickedRows = { lookUp: [], writeAgain: [], words: [] };
  for (const [index, row] of rows.entries()) {
    const known = onRecord[index] ?? null;
    const usual = decideRow(row, withTwin(row, known?.recorded ?? null, twins), times);
    const { action, said } =
      words === null ? { ...usual, said: null } : heed(row, known, usual, words, times);
    if (said !== null) picked.words.push(said);
    if (action === 'look again')
      throw new CopyOvertaken(
        'COPY_OVERTAKEN',
        `${target.workbook} was written while its copy was read; it is read anew`,
      );
    const isNew = said === null && (known?.recorded.result ?? null) === null;
    if (action === 'look up') picked.lookUp.push({ row, onRecord: known, isNew });
    if (action === 'write again' && known?.resultRowId != null) picked.writeAgain.push(known.resultRowId);
  }
  return picked;
}

/** What a save means for a row with what its status cell says. */
function heed(
  row: WorkbookRow,
  onRecord: OnRecord | null,
  usual: SaveDecision,
  words: WordsOnRecord,
  times: SaveTimes,
): { action: SaveDecision['action']; said: SaidRow | null } {
  const { status = '' } = row;
  if (words.isEmpty && wordOf(status) === null) return { ...usual, said: null };
  const own = words.of(row);
  const say = (said: SaidRow['said'], word: SheetWord, answer: string): SaidRow => ({
    row,
    key: words.keyOf(row),
    onRecord,
    said,
    word,
    answer,
  });
  const cell = readStatusCell(status, own, times);
  switch (cell.says) {
    case 'word': {
      const { action, answer } = obeyWord(cell.word, onRecord, usual);
      return {
        action: usual.action === 'look again' ? usual.action : action,
        said: say('word', cell.word, answer),
      };
    }
    case 'kept':
      return { action: 'leave', said: null };
    case 'look again':
      return { action: 'look again', said: null };
    case 'answer again': {
      if (own === null) return { ...usual, said: null };
      const action = isKept(own.word) ? 'leave' : usual.action;
      return { action, said: say('answer again', own.word, answerAgain(own, onRecord)) };
    }
    case 'released':
      return { ...usual, said: own === null ? null : say('released', own.word, '') };
    case 'nothing': {
      const twin = status === '' ? undefined : words.ofContent(row).find((each) => keeps(each, status));
      if (own !== null || twin === undefined) return { ...usual, said: null };
      return { action: 'leave', said: say('moved', twin.word, twin.answer) };
    }
  }
}

const keeps = ({ word, cell }: WordOnRecord, status: string) => isKept(word) && cell === status;

/** What is on record of the rows of a content that stands in the sheet more than once, by content. */
type Twins = ReadonlyMap<string, readonly RecordedContent[]>;

const contentOf = ({ input, email, inputUrl }: RowContent) => JSON.stringify([input, email, inputUrl]);

function twinsOf(rows: readonly WorkbookRow[], onRecord: readonly (OnRecord | null)[]): Twins {
  const twins = new Map<string, RecordedContent[]>();
  for (const row of rows) if (row.occurrence > 0) twins.set(contentOf(row), []);
  if (twins.size === 0) return twins;
  for (const [index, row] of rows.entries()) {
    const recorded = onRecord[index]?.recorded;
    if (recorded !== undefined && recorded.result !== null) twins.get(contentOf(row))?.push(recorded);
  }
  return twins;
}

/** A row that was copied or sorted with its result holds what is on record of its twin: the same A and B. */
function withTwin(row: WorkbookRow, own: RecordedContent | null, twins: Twins): RecordedContent | null {
  if (row.result === '' || own?.result?.text === row.result || twins.size === 0) return own;
  const twin = twins.get(contentOf(row))?.find(({ result }) => result?.text === row.result);
  if (twin === undefined) return own;
  return own === null ? twin : { ...own, result: twin.result };
}
