import { describe, expect, it } from 'vitest';
import type { OnRecord, RecordedContent } from '../../src/db/recorded-contents.ts';
import { answerAgain, obeyWord, readStatusCell } from '../../src/saves/word-rule.ts';
import type { CellSays, KnownWord } from '../../src/saves/word-rule.ts';
import type { SaveDecision } from '../../src/saves/save-rule.ts';
import type { SheetWord } from '../../src/workbook/sheet-words.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const TIMES = { copiedAtMs: NOW, sessionBeganAtMs: null };

const HELD = '保留 11/24 15:04';
const AGAIN = '待ち 11/24 15:04: 再試行';

/** A word that was answered an hour ago. */
const answered = (word: SheetWord, typed: string, cell: string): KnownWord => ({
  word,
  typed,
  cell,
  answeredAt: new Date(NOW - HOUR),
});
/** One whose answer is still to be written, or has found no way. */
const standing = (word: SheetWord, typed: string): KnownWord => ({
  word,
  typed,
  cell: typed,
  answeredAt: null,
});

const held = answered('hold', '保留', HELD);
const retried = answered('retry', '再試行', AGAIN);

type Case = [
  string,
  string,
  KnownWord | null,
  CellSays,
  Partial<{ copiedAtMs: number; sessionBeganAtMs: number }>?,
];

const CASES: Case[] = [
  ['an empty cell', '', null, { says: 'nothing' }],
  ["a person's own text", '電話済み', null, { says: 'nothing' }],
  ['a state of ours', '完了 11/24 15:04', null, { says: 'nothing' }],
  ["another row's answer, copied", HELD, null, { says: 'nothing' }],
  ['a word', '再試行', null, { says: 'word', word: 'retry' }],
  // obeyed once
  ['a word whose answer is to come', '再試行', standing('retry', '再試行'), { says: 'nothing' }],
  ['a word that keeps, its answer to come', 'hold', standing('hold', 'hold'), { says: 'kept' }],
  ['the answer to a retry', AGAIN, retried, { says: 'nothing' }],
  ['a later state of a retried row', '完了 11/24 16:00', retried, { says: 'nothing' }],
  ['the answer to a retry, emptied', '', retried, { says: 'nothing' }],
  ['the same word once more', '再試行', retried, { says: 'word', word: 'retry' }],
  ['the same in other letters', 'retry', retried, { says: 'word', word: 'retry' }],
  // kept until it is emptied, or another word typed
  ['the answer to a hold', HELD, held, { says: 'kept' }],
  ['a held cell, emptied', '', held, { says: 'released' }],
  ['a held cell of white space', ' 　', held, { says: 'released' }],
  ['a held cell, emptied before its answer', '', standing('hold', '保留'), { says: 'released' }],
  ["a held cell with a person's own text", '明日まで', held, { says: 'kept' }],
  ['a held cell with a state of ours', '完了 11/24 15:04', held, { says: 'kept' }],
  ['another word over a hold', '最新', held, { says: 'word', word: 'fresh' }],
  ['another word before the answer', 'done', standing('hold', '保留'), { says: 'word', word: 'done' }],
  ['the same word over a hold', '保留', held, { says: 'word', word: 'hold' }],
  // copies and editors of before
  ['a copy of before the answer', '再試行', retried, { says: 'look again' }, { copiedAtMs: NOW - 2 * HOUR }],
  [
    'an editor of before the answer',
    '再試行',
    retried,
    { says: 'answer again' },
    { sessionBeganAtMs: NOW - 2 * HOUR },
  ],
  [
    'an editor of after the answer',
    '再試行',
    retried,
    { says: 'word', word: 'retry' },
    { sessionBeganAtMs: NOW - 1 },
  ],
  [
    'another word in an old editor',
    '保留',
    retried,
    { says: 'word', word: 'hold' },
    { sessionBeganAtMs: NOW - 2 * HOUR },
  ],
];

describe('what a status cell says', () => {
  it.each(CASES)('%s', (_name, status, known, says, times = {}) => {
    expect(readStatusCell(status, known, { ...TIMES, ...times })).toEqual(says);
  });
});

const onRecord = (state: RecordedContent['state'], isFinal = false): OnRecord => ({
  recorded: { state, triedAtMs: 0, failures: 9, result: null },
  rowId: 1,
  batchId: 'b',
  resultRowId: null,
  isFinal,
});
const LEAVE: SaveDecision = { action: 'leave', why: 'its result is known' };
const LOOK_UP: SaveDecision = { action: 'look up', why: 'cleared by a person' };
const WRITE: SaveDecision = { action: 'write again', why: 'an old editor' };

describe('what a word means for a row', () => {
  it.each<[string, SheetWord, OnRecord | null, SaveDecision, SaveDecision['action'], string]>([
    ['one nobody has tried', 'retry', null, LOOK_UP, 'look up', '待ち: 再試行'],
    ["one with a person's own text", 'retry', null, LEAVE, 'look up', '待ち: 再試行'],
    [
      'one that failed, however often and lately',
      'retry',
      onRecord('failed'),
      LEAVE,
      'look up',
      '待ち: 再試行',
    ],
    ['one of a cancelled batch', 'retry', onRecord('cancelled'), LEAVE, 'look up', '待ち: 再試行'],
    ['one its batch never came to', 'fresh', onRecord('untried'), LOOK_UP, 'look up', '待ち: 最新'],
    ['one with a young result', 'retry', onRecord('completed'), LEAVE, 'look up', '待ち: 再試行'],
    ['one that is invalid', 'retry', onRecord('invalid'), LEAVE, 'leave', '無効: 照会できません'],
    ['one that is invalid', 'fresh', onRecord('invalid'), LEAVE, 'leave', '無効: 照会できません'],
    ['one under way', 'retry', onRecord('waiting'), LEAVE, 'leave', '照会中: 結果をお待ちください'],
    [
      'one that has ended',
      'retry',
      onRecord('completed', true),
      LEAVE,
      'leave',
      '完了: 確定済みです。「最新」で照会します',
    ],
    [
      'one that has ended, its text lost',
      'retry',
      onRecord('completed', true),
      WRITE,
      'write again',
      '完了: 確定済みです。「最新」で照会します',
    ],
    [
      'one that has ended, and was cleared',
      'retry',
      onRecord('completed', true),
      LOOK_UP,
      'look up',
      '待ち: 再試行',
    ],
    ['one that has ended', 'fresh', onRecord('completed', true), LEAVE, 'look up', '待ち: 最新'],
    ['one that is due', 'hold', onRecord('completed'), LOOK_UP, 'leave', '保留'],
    ['one nobody has tried', 'done', null, LOOK_UP, 'leave', '済'],
    ['one under way', 'hold', onRecord('waiting'), LEAVE, 'leave', '保留'],
  ])('%s: %s', (_name, word, known, usual, action, answer) => {
    const obeyed = obeyWord(word, known, usual);
    expect(obeyed).toMatchObject({ action, answer });
    expect(obeyed.why).not.toBe('');
  });
});

it.each<[SheetWord, RecordedContent['state'] | null, string]>([
  ['hold', 'completed', '保留'],
  ['retry', 'completed', '完了'],
  ['retry', 'failed', '失敗'],
  ['fresh', 'invalid', '無効'],
  ['fresh', 'waiting', '照会中'],
  ['fresh', 'cancelled', '待ち'],
  ['retry', null, '待ち'],
])('a %s brought back over a row that is %s is answered %s', (word, state, answer) => {
  const known = { word, answer: word === 'hold' ? '保留' : '待ち: 再試行' };
  expect(answerAgain(known, state === null ? null : onRecord(state))).toBe(answer);
});
