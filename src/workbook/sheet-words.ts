/** What a person may type into a row's status cell, for a save to obey. */
export type SheetWord = 'retry' | 'fresh' | 'hold' | 'done';

const WORDS: ReadonlyMap<string, SheetWord> = new Map([
  ['再試行', 'retry'],
  ['重试', 'retry'],
  ['retry', 'retry'],
  ['最新', 'fresh'],
  ['刷新', 'fresh'],
  ['fresh', 'fresh'],
  ['保留', 'hold'],
  ['搁置', 'hold'],
  ['hold', 'hold'],
  ['済', 'done'],
  ['完成', 'done'],
  ['done', 'done'],
]);

/** The word that is all of a status cell's text, case, width and white space aside; null: it is none. */
export function wordOf(text: string): SheetWord | null {
  // No word is as long, wide letters and spaces among it included.
  if (text.length > 100) return null;
  return WORDS.get(text.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase()) ?? null;
}

/** The row is left alone until its status cell is emptied, or another word typed. */
export const isKept = (word: SheetWord): boolean => word === 'hold' || word === 'done';
