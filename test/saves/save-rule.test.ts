import { describe, expect, it } from 'vitest';
import type { RecordedContent, RecordedResult } from '../../src/db/recorded-contents.ts';
import { decideRow } from '../../src/saves/save-rule.ts';
import type { SaveDecision, SaveTimes } from '../../src/saves/save-rule.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const TIMES: SaveTimes = {
  nowMs: NOW,
  copiedAtMs: NOW,
  refreshAfterMs: 12 * HOUR,
  retryOnSaveAfterMs: HOUR,
  sessionBeganAtMs: null,
};
const OWN = '輸送中｜｜｜11月24日 10:00｜｜｜東京';
const OTHER = '発送済み｜｜｜11月23日 18:00｜｜｜大阪';

const RESULT: RecordedResult = {
  text: OWN,
  terminal: false,
  silent: false,
  lookedAtMs: NOW - HOUR,
  written: OWN,
  writtenAtMs: NOW - HOUR,
  replaced: '',
};

function completed(more: Partial<RecordedResult> = {}): RecordedContent {
  return { state: 'completed', triedAtMs: 0, failures: 0, result: { ...RESULT, ...more } };
}

const failed = (
  hoursAgo: number,
  failures: number,
  result: RecordedResult | null = null,
): RecordedContent => ({
  state: 'failed',
  triedAtMs: NOW - hoursAgo * HOUR,
  failures,
  result,
});

const other = (state: RecordedContent['state']): RecordedContent => ({
  state,
  triedAtMs: 0,
  failures: 0,
  result: null,
});

const formula = { result: '42', resultIsFormula: true };
const cell = (result: string) => ({ result, resultIsFormula: false });

type Case = [
  string,
  ReturnType<typeof cell>,
  RecordedContent | null,
  SaveDecision['action'],
  Partial<SaveTimes>?,
];

const CASES: Case[] = [
  // The copy is older than the cell
  ['cell written since the copy was taken', cell(''), completed({ writtenAtMs: NOW + 1 }), 'look again'],
  ['the same after a refresh that failed', cell(''), other('failed'), 'look up'],
  ['a copy that holds what was just written', cell(OWN), completed({ writtenAtMs: NOW + 1 }), 'leave'],
  // C is empty
  ['a row nobody has tried', cell(''), null, 'look up'],
  ['one of white space counts as empty', cell(' \n'), null, 'look up'],
  ['its result was cleared by a person', cell(''), completed(), 'look up'],
  ['cleared, delivered as it was', cell(''), completed({ terminal: true }), 'look up'],
  ['its result waits for its writeback', cell(''), completed({ written: null, writtenAtMs: null }), 'leave'],
  ['it was gone when its result came', cell(''), completed({ written: null }), 'write again'],
  ['it failed a while ago', cell(''), failed(2, 1), 'look up'],
  ['it failed just now', cell(''), failed(0.9, 1), 'leave'],
  ['it failed exactly so long ago', cell(''), failed(1, 1), 'look up'],
  ['its third retry is due', cell(''), failed(2, 3), 'look up'],
  ['it was retried three times', cell(''), failed(200, 4), 'leave'],
  ['invalid and unchanged', cell(''), other('invalid'), 'leave'],
  ['pending in a cancelled batch', cell(''), other('cancelled'), 'leave'],
  ['its batch was lost before it came to it', cell(''), other('untried'), 'look up'],
  ['under way', cell(''), other('waiting'), 'leave'],
  // C holds a text in our form
  ['of another row: its number was changed', cell(OTHER), null, 'look up'],
  ['of another row, on a known content', cell(OTHER), completed(), 'look up'],
  ['of another row, on a delivered one', cell(OTHER), completed({ terminal: true }), 'look up'],
  ['of another row, under way', cell(OTHER), other('waiting'), 'leave'],
  ['of another row, and it failed just now', cell(OTHER), failed(0.5, 1), 'leave'],
  ['of another row, and it is invalid', cell(OTHER), other('invalid'), 'leave'],
  ['its own', cell(OWN), completed(), 'leave'],
  ['its own, delivered long ago', cell(OWN), completed({ terminal: true, lookedAtMs: 0 }), 'leave'],
  ['its own, of which nothing was heard', cell(OWN), completed({ silent: true, lookedAtMs: 0 }), 'leave'],
  ['of which nothing was heard, cleared', cell(''), completed({ silent: true }), 'look up'],
  ['its own, open and old', cell(OWN), completed({ lookedAtMs: NOW - 13 * HOUR }), 'look up'],
  ['its own, open and not so old', cell(OWN), completed({ lookedAtMs: NOW - 12 * HOUR }), 'leave'],
  [
    'its own, old, and the refresh failed just now',
    cell(OWN),
    failed(0.5, 1, { ...RESULT, lookedAtMs: 0 }),
    'leave',
  ],
  ['its own, old, and the refresh failed', cell(OWN), failed(2, 1, { ...RESULT, lookedAtMs: 0 }), 'look up'],
  ['its own, young, though a refresh failed', cell(OWN), failed(2, 1, RESULT), 'leave'],
  [
    'its own without separators',
    cell('伝票番号未登録'),
    completed({ text: '伝票番号未登録', written: '伝票番号未登録' }),
    'leave',
  ],
  // C holds something else
  ["a person's own text", cell('確認済み'), null, 'leave'],
  ["a person's own text on a known content", cell('確認済み'), completed(), 'leave'],
  ["a person's own text, its result old and open", cell('確認済み'), completed({ lookedAtMs: 0 }), 'leave'],
  [
    'what stood there before us, its result old and open',
    cell('確認済み'),
    completed({ lookedAtMs: 0, replaced: '確認済み' }),
    'look up',
  ],
  ['a formula', formula, null, 'leave'],
  ['a formula, its result old and open', formula, completed({ lookedAtMs: 0, written: null }), 'look up'],
  ['a formula over a young result', formula, completed({ written: null }), 'leave'],
  // editors
  ['a stale editor emptied it', cell(''), completed(), 'write again', { sessionBeganAtMs: NOW - 2 * HOUR }],
  [
    'a stale editor brought back the old text',
    cell(OTHER),
    completed({ replaced: OTHER }),
    'write again',
    { sessionBeganAtMs: NOW - 2 * HOUR },
  ],
  [
    'an editor opened after the writing cleared it',
    cell(''),
    completed(),
    'look up',
    { sessionBeganAtMs: NOW - HOUR / 2 },
  ],
  [
    'a stale editor, and a text that was never there',
    cell(OTHER),
    completed(),
    'look up',
    { sessionBeganAtMs: NOW - 2 * HOUR },
  ],
  [
    'a stale editor saved what we wrote',
    cell(OWN),
    completed(),
    'leave',
    { sessionBeganAtMs: NOW - 2 * HOUR },
  ],
  [
    'a stale editor, and a refresh that failed',
    cell(''),
    failed(0.5, 1, RESULT),
    'write again',
    { sessionBeganAtMs: NOW - 2 * HOUR },
  ],
];

describe('what a save means for a row', () => {
  it.each(CASES)('%s', (_name, saved, recorded, action, times = {}) => {
    const decision = decideRow(saved, recorded, { ...TIMES, ...times });
    expect(decision.action).toBe(action);
    expect(decision.why).not.toBe('');
  });
});
