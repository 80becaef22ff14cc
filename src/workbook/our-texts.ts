/** What tells a text of ours in the workbook from a person's own (interface section 5). */

/** Stands between the fields of a result: U+FF5C three times. */
export const FIELD_SEPARATOR = '｜｜｜';

/** Whether a result cell's text is in our form; one of a single field is known by the record alone. */
export function isInOurForm(text: string): boolean {
  return text.includes(FIELD_SEPARATOR);
}

/** What texts of ours in a status cell begin with that tell a row's state. */
export const STATUS_WORDS = ['待ち', '照会中', '失敗', '完了', '無効'] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

/** The answers to words that keep a row: without their time they are what a person types. */
const KEPT = /^(?:保留|済) \d{2}\/\d{2} \d{2}:\d{2}/;

/** Whether a status cell's text is ours. */
export function isOurStatus(text: string): boolean {
  return STATUS_WORDS.some((word) => text.startsWith(word)) || KEPT.test(text);
}
