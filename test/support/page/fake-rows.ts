import type { Reason, RowReport, RowState } from '../../../src/http/api/contract.ts';

/** What the rows of a batch are like. */
export interface RowPlan {
  rows: number;
  /** Of a hundred rows, in this order: the rest is pending. */
  parts: Partial<Record<Exclude<RowState, 'pending'>, number>>;
  reasons?: readonly Reason[];
}

/** A cell as a person who means no good would fill it. */
export const HTML_CELL = `<img src=x onerror="document.title='taken over'"><b>bold</b>`;

const ERRORS: Readonly<Partial<Record<Reason, string>>> = {
  'empty-page': 'the page of trackings.post.japanpost.jp was empty: 1 of 1 pages, job 48213',
  'page-failed': 'the page of jizen.kuronekoyamato.co.jp failed to load three times: HTTP 503',
  'no-answer': 'no result 30 min after publishing; asked three times, last at 13:42',
  'publish-refused': 'Web Scraper Cloud refused the job: 422 {"error":"<i>start_urls</i> is not valid"}',
  'lost-digits': '"4.4801E+11" has lost its last digits: format the cell as text and enter the number again',
  'empty-cell': 'the input cell is empty',
};

const ORDER: readonly RowState[] = ['completed', 'failed', 'invalid', 'redirected', 'published', 'pending'];

/** States come spread through the sheet, not in blocks. */
function stateAt(index: number, { parts }: RowPlan): RowState {
  let place = (index * 37) % 100;
  for (const state of ORDER) {
    if (state === 'pending') break;
    place -= parts[state] ?? 0;
    if (place < 0) return state;
  }
  return 'pending';
}

export function fakeRows(plan: RowPlan): RowReport[] {
  const reasons = plan.reasons ?? ['empty-page', 'page-failed', 'no-answer'];
  return Array.from({ length: plan.rows }, (_, index) => fakeRow(index, plan, reasons));
}

function fakeRow(index: number, plan: RowPlan, reasons: readonly Reason[]): RowReport {
  const row = index + 2;
  const state = stateAt(index, plan);
  const digits = String(398_004_120_000 + index * 13).padStart(12, '0');
  const number = `${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`;
  const isDone = state === 'completed';
  const reason =
    state === 'failed'
      ? (reasons[index % reasons.length] ?? null)
      : state === 'invalid'
        ? 'lost-digits'
        : null;
  return {
    row,
    input: row === 3 ? HTML_CELL : state === 'invalid' ? '4.4801E+11' : number,
    url:
      state === 'invalid'
        ? null
        : `https://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id=${digits}`,
    state,
    source: isDone ? 'webscraper' : null,
    customId: state === 'invalid' || state === 'pending' ? null : `yto-${row}`,
    scrapingJobId: state === 'invalid' || state === 'pending' ? null : 48_000 + row,
    trackingNumber: state === 'invalid' ? null : number,
    status: isDone ? (index % 3 === 0 ? 'in_transit' : 'delivered') : null,
    statusText: isDone ? (index % 3 === 0 ? '輸送中' : '配達完了') : null,
    subStatus: null,
    notRegisteredDay: null,
    result: isDone ? `配達完了｜｜｜11/2${index % 9} 14:3${index % 10}｜｜｜世田谷代田センター` : null,
    error: reason === null ? null : (ERRORS[reason] ?? `an error of the kind ${reason}`),
    reason,
    warnings: row === 3 ? ['the check digit is wrong'] : [],
    carrierHint: null,
  };
}
