import type { OnRecord } from '../db/recorded-contents.ts';
import type { WordOnRecord } from '../db/sheet-words.ts';
import { isKept, wordOf } from '../workbook/sheet-words.ts';
import type { SheetWord } from '../workbook/sheet-words.ts';
import type { SaveDecision, SaveTimes } from './save-rule.ts';

export type KnownWord = Pick<WordOnRecord, 'word' | 'typed' | 'cell' | 'answeredAt'>;

/**
 * What a status cell says in a save. `kept`: a word of before keeps the row; `released`: the cell of such a row was
 * emptied; `answer again`: an editor that was open has brought the word back; `look again`: its answer was written since
 * the copy was taken.
 */
export type CellSays =
  | { says: 'nothing' | 'kept' | 'released' | 'answer again' | 'look again' }
  | { says: 'word'; word: SheetWord };

/** Reads a status cell, with what is on record of its row. */
export function readStatusCell(
  status: string,
  known: KnownWord | null,
  { copiedAtMs, sessionBeganAtMs }: Pick<SaveTimes, 'copiedAtMs' | 'sessionBeganAtMs'>,
): CellSays {
  const word = wordOf(status);
  if (known !== null && status !== known.cell) {
    if (isKept(known.word) && word === null) return { says: status.trim() === '' ? 'released' : 'kept' };
    const answeredAtMs = known.answeredAt?.getTime() ?? null;
    if (answeredAtMs !== null && status === known.typed) {
      if (answeredAtMs >= copiedAtMs) return { says: 'look again' };
      if (sessionBeganAtMs !== null && sessionBeganAtMs < answeredAtMs) return { says: 'answer again' };
    }
  }
  // What is known to stand there has been obeyed.
  if (known !== null && status === known.cell) return { says: isKept(known.word) ? 'kept' : 'nothing' };
  return word === null ? { says: 'nothing' } : { says: 'word', word };
}

/** What becomes of a word: of its row, and what the status cell answers, without the time. */
export interface Obeyed extends SaveDecision {
  answer: string;
}

/** What a word means for a row, `usual` being what the save would mean for it without one. */
export function obeyWord(word: SheetWord, onRecord: OnRecord | null, usual: SaveDecision): Obeyed {
  if (word === 'hold') return { action: 'leave', why: 'held in the sheet', answer: '保留' };
  if (word === 'done') return { action: 'leave', why: 'settled by hand in the sheet', answer: '済' };
  const asked = word === 'retry' ? '再試行' : '最新';
  switch (onRecord?.recorded.state) {
    case 'invalid':
      return { action: 'leave', why: 'invalid and unchanged', answer: '無効: 照会できません' };
    case 'waiting':
      return { action: 'leave', why: 'its result is still to come', answer: '照会中: 結果をお待ちください' };
    default:
      // What cannot change costs nothing, unless it is wanted anew.
      if (word === 'retry' && onRecord?.isFinal === true && usual.action !== 'look up')
        return { ...usual, answer: '完了: 確定済みです。「最新」で照会します' };
      return { action: 'look up', why: `${word} typed into the sheet`, answer: `待ち: ${asked}` };
  }
}

/** What the cell answers where an old editor has brought a word back that was obeyed. */
export function answerAgain(
  { word, answer }: Pick<WordOnRecord, 'word' | 'answer'>,
  onRecord: OnRecord | null,
): string {
  if (isKept(word)) return answer;
  switch (onRecord?.recorded.state) {
    case 'completed':
      return '完了';
    case 'failed':
      return '失敗';
    case 'invalid':
      return '無効';
    case 'waiting':
      return '照会中';
    default:
      return '待ち';
  }
}
