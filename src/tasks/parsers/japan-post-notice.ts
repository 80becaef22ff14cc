import { fieldOf, joinFields } from '../fields.ts';
import type { CsvRecord, RowResult } from '../result.ts';

/** `＊＊ お問い合わせ番号が見つかりません。…`, `＊＊ お問い合わせ番号の入力桁数に誤りがあります。…` (domain section 4). */
const NOTICE = /^\s*[＊*]{2}|お問い合わせ番号(?:が見つかりません|の入力桁数に誤り)/u;

/** Japan Post's notice that it knows no such number, in whichever column the page left it; null when there is none. */
export function noticeIn(record: CsvRecord, columns: readonly string[]): string | null {
  return columns.map((column) => fieldOf(record, column)).find((text) => NOTICE.test(text)) ?? null;
}

/** A notice is a result: the page's text alone, of unknown status. */
export function noticeResult(notice: string, trackingNumber: string | null): RowResult {
  return { text: joinFields([notice]), trackingNumber, status: 'unknown', statusText: notice, eventAt: null };
}
