import { statusText } from '../db/status-column.ts';
import type { Answered, WordOnRecord, WordsOnRecord } from '../db/sheet-words.ts';
import { isKept } from '../workbook/sheet-words.ts';
import type { CellEdit, CellOutcome } from '../workbook/types.ts';

/** What a writeback has to do with the words that people typed into a workbook's status cells. */
export class SheetAnswers {
  readonly #words: WordsOnRecord;
  /** By the id of the edit that answers it. */
  readonly #answering = new Map<string, { word: WordOnRecord; text: string }>();

  constructor(words: WordsOnRecord) {
    this.#words = words;
  }

  /** A row's edit as its word lets it be: a kept row's status cell is its word's, one not answered yet is answered by it. */
  heed(edit: CellEdit): CellEdit {
    const word = edit.status === null ? null : this.#words.of(edit);
    if (word === null || edit.status === null) return edit;
    if (isKept(word.word)) return { ...edit, status: null };
    if (word.answerTo === null) return edit;
    this.#answering.set(edit.id, { word, text: edit.status });
    return { ...edit, obeyed: word.typed };
  }

  /** The answers that no row's edit gives. */
  rest(): CellEdit[] {
    const given = new Set([...this.#answering.values()].map(({ word }) => word));
    return this.#words.all().flatMap((word): CellEdit[] => {
      if (word.answerTo === null || given.has(word)) return [];
      const { input, inputUrl, email } = word.answerTo;
      const id = `word ${word.contentHash} ${word.occurrence}`;
      const status = statusText(word.answer, word.obeyedAt);
      this.#answering.set(id, { word, text: status });
      const { occurrence, typed: obeyed } = word;
      const nothing = { text: null, recorded: null, fresh: false };
      return [{ id, input, inputUrl, email, occurrence, status, obeyed, ...nothing }];
    });
  }

  /** What was answered, once the workbook is written; an answer that found no way is not tried again. */
  answered(outcomes: ReadonlyMap<string, CellOutcome>): Answered[] {
    return [...this.#answering].flatMap(([id, { word, text }]) => {
      const outcome = outcomes.get(id);
      if (outcome === undefined) return [];
      const { contentHash, occurrence, typed } = word;
      const stands = outcome.status === 'written' || outcome.status === 'same';
      return [{ contentHash, occurrence, typed, cell: stands ? text : null }];
    });
  }
}
