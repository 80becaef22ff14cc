import { NOT_REGISTERED, WRONG_NUMBER } from './status-texts.ts';

/** `＊＊ お問い合わせ番号が見つかりません。…`, `＊＊ お問い合わせ番号の入力桁数に誤りがあります。…` (domain section 4). */
const NOTICE = /^\s*[＊*]{2}|お問い合わせ番号(?:が見つかりません|の入力桁数に誤り)/u;
const NOT_FOUND = /お問い合わせ番号が見つかりません/u;
const WRONG_LENGTH = /お問い合わせ番号の入力桁数に誤り/u;

/** Whether a text is Japan Post's notice that it knows no such number: a sentence, and no state of a parcel. */
export const isNotice = (text: string): boolean => NOTICE.test(text);

/** The sub-status that a notice stands for; null where it is another one. */
export function noticeSubStatus(text: string): string | null {
  if (NOT_FOUND.test(text)) return NOT_REGISTERED;
  return WRONG_LENGTH.test(text) ? WRONG_NUMBER : null;
}
