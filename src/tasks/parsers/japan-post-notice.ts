import { isNotice } from '../../carriers/notice.ts';
import { fieldOf, joinFields } from '../fields.ts';
import type { CsvRecord, RowResult } from '../result.ts';
import { judged } from './history-result.ts';
import type { SeenPage } from './history-result.ts';

/** Japan Post's notice that it knows no such number, in whichever column the page left it; null when there is none. */
export function noticeIn(record: CsvRecord, columns: readonly string[]): string | null {
  return columns.map((column) => fieldOf(record, column)).find((text) => isNotice(text)) ?? null;
}

/** A notice is a result: the page's text alone, of unknown status. */
export function noticeResult(page: SeenPage, notice: string, trackingNumber: string | null): RowResult {
  const said = { text: joinFields([notice]), trackingNumber, statusText: notice };
  return judged(page, said, { stateText: notice });
}
