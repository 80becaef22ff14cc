/** What tells a text of ours in the workbook from a person's own (interface section 5). */

/** Stands between the fields of a result: U+FF5C three times. */
export const FIELD_SEPARATOR = '｜｜｜';

/** Whether a result cell's text is in our form; one of a single field is known by the record alone. */
export function isInOurForm(text: string): boolean {
  return text.includes(FIELD_SEPARATOR);
}

/** What every text of ours in a status cell begins with; a cell that holds any other text is a person's. */
export const STATUS_WORDS = ['待ち', '照会中', '失敗', '完了', '無効'] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];
