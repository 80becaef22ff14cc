import type { RecordedContent, RecordedResult } from '../db/recorded-contents.ts';
import { isInOurForm } from '../workbook/our-texts.ts';

/** A row as it was saved: what its result cell holds now. */
export interface SavedCell {
  /** '' when empty. */
  result: string;
  resultIsFormula: boolean;
}

export interface SaveTimes {
  nowMs: number;
  /** When the saved copy was taken, by the database's clock. */
  copiedAtMs: number;
  refreshAfterMs: number;
  retryOnSaveAfterMs: number;
  /** When the oldest editing session began that may have made this save; null: none is known. */
  sessionBeganAtMs: number | null;
}

/**
 * `look up`: ask for it; `write again`: its result is known and lost from the cell; `leave`: nothing to do; `look again`:
 * its cell was written since the copy was taken, which says nothing about it.
 */
export interface SaveDecision {
  action: 'look up' | 'write again' | 'leave' | 'look again';
  why: string;
}

/** A content that failed is tried again on saves so often; then by hand only. */
const MAX_RETRIES_ON_SAVE = 3;

const lookUp = (why: string): SaveDecision => ({ action: 'look up', why });
const writeAgain = (why: string): SaveDecision => ({ action: 'write again', why });
const leave = (why: string): SaveDecision => ({ action: 'leave', why });

/** What a save means for one row (interface section 3): new and changed rows at once, open ones when due. */
export function decideRow(cell: SavedCell, recorded: RecordedContent | null, times: SaveTimes): SaveDecision {
  const wish = wishOf(cell, recorded?.result ?? null, times);
  if (recorded === null || recorded.state === 'untried') return wish;
  switch (recorded.state) {
    case 'waiting':
      return leave('its result is still to come');
    case 'cancelled':
      return leave('its batch was cancelled');
    case 'invalid':
      return leave('invalid and unchanged');
    case 'failed':
      if (wish.action !== 'look up') return wish;
      if (recorded.failures > MAX_RETRIES_ON_SAVE)
        return leave(`failed ${recorded.failures} times; retry it by hand`);
      if (times.nowMs - recorded.triedAtMs < times.retryOnSaveAfterMs)
        return leave('failed a short while ago');
      return lookUp('failed before');
    case 'completed':
      return wish;
  }
}

/** What the cell and the newest result ask for, whatever became of later tries. */
function wishOf(cell: SavedCell, result: RecordedResult | null, times: SaveTimes): SaveDecision {
  const text = cell.resultIsFormula ? 'formula' : cell.result.trim();
  if (result === null) {
    if (text === '') return lookUp('never looked up');
    return isInOurForm(text) ? lookUp('its text is not a result of its own') : leave("a person's own text");
  }
  if (result.writtenAtMs === null) return leave('its result is still to be written');
  if (result.writtenAtMs >= times.copiedAtMs && cell.result !== result.text)
    return { action: 'look again', why: 'written since the copy was taken' };
  const isOpen = !result.terminal && !result.silent;
  const isDue = isOpen && times.nowMs - result.lookedAtMs > times.refreshAfterMs;
  if (!cell.resultIsFormula && cell.result !== result.text) {
    if (isStale(cell, result, times)) return writeAgain('an editor that was open brought back the old text');
    if (text === '')
      return result.written === null
        ? writeAgain('its result has found its row')
        : lookUp('cleared by a person');
    if (isInOurForm(text)) return lookUp('its text is not its own result');
    if (text !== result.replaced?.trim()) return leave("a person's own text");
  }
  if (isDue) return lookUp('its result is old');
  return leave(result.silent ? 'nothing was heard of it for 30 days' : 'its result is known');
}

/** The cell is as it was before our writing, saved in a session that had begun before that. */
function isStale(cell: SavedCell, result: RecordedResult, { sessionBeganAtMs }: SaveTimes): boolean {
  return (
    sessionBeganAtMs !== null &&
    result.written !== null &&
    result.writtenAtMs !== null &&
    sessionBeganAtMs < result.writtenAtMs &&
    cell.result === result.replaced
  );
}
