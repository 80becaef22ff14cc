import { judgeHistory } from '../../../src/carriers/judge-history.ts';
import type { RowResult } from '../../../src/tasks/result.ts';
import { eventAt, historyOf } from '../carriers/histories.ts';

/** A result with this text: of a parcel on its way unless told otherwise, without any time. */
export function rowResult(text: string, more: Partial<RowResult> & { stateText?: string } = {}): RowResult {
  const { stateText = '輸送中', ...rest } = more;
  const history = historyOf([eventAt(stateText, null)], 0, { number: null });
  const own = { text, trackingNumber: null, orderNumber: null, statusText: text };
  return { ...own, ...judgeHistory(history), history, ...rest };
}
