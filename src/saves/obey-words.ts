import { recordAction } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { putWords, releaseWords } from '../db/sheet-words.ts';
import type { NewWord } from '../db/sheet-words.ts';
import { dropPending } from '../batches/give-up.ts';
import { firstOf } from '../text.ts';
import { isKept } from '../workbook/sheet-words.ts';
import type { WorkbookColumns } from '../workbook/types.ts';
import type { PickedRows, SaidRow } from './pick-rows.ts';

/** The save that the words stand in. */
export interface WordSave {
  workbook: string;
  columns: WorkbookColumns;
  /** Who made it; null: nobody told. */
  savedBy: string | null;
  /** The batch that its rows are looked up in; null: none are. */
  batchId: string | null;
}

/**
 * Writes down what was typed into status cells, for the next writeback to answer, and tells it with the batches the rows
 * are known by. Rows kept that a running batch has not asked for yet are asked for no more. Run in a transaction that
 * holds the workbook's batches, once the rows to be looked up are written down.
 */
export async function obeyWords(tx: Queries, save: WordSave, picked: PickedRows): Promise<void> {
  const { words: said, lookUp } = picked;
  if (said.length === 0) return;
  const { workbook, columns } = save;
  await putWords(
    tx,
    workbook,
    said.filter((each) => each.said !== 'released').map((each) => wordOf(each, columns)),
  );
  await releaseWords(
    tx,
    workbook,
    said.filter((each) => each.said === 'released').map(({ key }) => key),
  );
  const kept = said.flatMap(({ said: how, word, onRecord }) =>
    how === 'word' && isKept(word) && onRecord?.recorded.state === 'waiting' ? [onRecord.rowId] : [],
  );
  if (kept.length > 0) await dropPending(tx, kept, 'held in the sheet');
  await tellActions(tx, save, new Set(lookUp.map(({ row }) => row.row)), said);
}

function wordOf({ row, key, said, word, answer }: SaidRow, columns: WorkbookColumns): NewWord {
  const { input, inputUrl, email, status: cell = '' } = row;
  const answerTo = said === 'moved' ? null : { input, inputUrl, email, columns };
  return { ...key, word, typed: cell, answer, cell, answerTo };
}

/** One a word and batch: `hold by mika: 保留 typed into the status cell of rows 3, 7`. */
async function tellActions(
  tx: Queries,
  { savedBy, batchId }: WordSave,
  lookedUp: ReadonlySet<number>,
  said: readonly SaidRow[],
): Promise<void> {
  const told = new Map<
    string,
    { batchId: string; action: SaidRow['word'] | 'release'; typed: string; rows: number[] }
  >();
  for (const { row, onRecord, said: how, word } of said) {
    const concerned = lookedUp.has(row.row) ? batchId : (onRecord?.batchId ?? batchId);
    if ((how !== 'word' && how !== 'released') || concerned === null) continue;
    const action = how === 'word' ? word : 'release';
    const typed = how === 'word' ? `${(row.status ?? '').trim()} typed into` : 'a person has emptied';
    const entry = told.get(`${concerned} ${action} ${typed}`) ?? {
      batchId: concerned,
      action,
      typed,
      rows: [],
    };
    entry.rows.push(row.row);
    told.set(`${concerned} ${action} ${typed}`, entry);
  }
  for (const { batchId: concerned, action, typed, rows } of told.values())
    await recordAction(tx, {
      batchId: concerned,
      messageId: null,
      action,
      by: savedBy ?? 'an editor of the workbook',
      why: null,
      details: firstOf(`${typed} the status cell of rows ${rows.join(', ')}`, 200),
    });
}
