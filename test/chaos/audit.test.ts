import { beforeEach, expect, it } from 'vitest';
import { audit } from '../../chaos/audit.ts';
import type { Seen, SeenJob } from '../../chaos/audit.ts';
import { Ledger } from '../../chaos/ledger.ts';
import type { Book } from '../../chaos/ledger.ts';
import type { SeenBatch, SeenRow } from '../../chaos/looks.ts';
import { expectedText } from '../../src/sandbox/index.ts';

const DAY = new Date('2026-02-03T04:05:06Z');
const SITEMAP = 1423671;
const numberIn = (url: string) => `https://example.jp/?id=${url}`;

let ledger: Ledger;
let book: Book;
let keys: string[];
let right: string[];
let batch: SeenBatch;
let rows: SeenRow[];
let jobs: SeenJob[];
let cells: string[][];

beforeEach(() => {
  ledger = new Ledger();
  book = ledger.newBook('yamato_tracking_only', 3);
  keys = [...book.rows.keys()];
  right = keys.map((key) => expectedText(book.task, null, key, { day: DAY }) ?? '');
  const workbook = `webdav:/${book.path}`;
  batch = { id: 'b1', workbook, workflowId: 'w', state: 'completed', reason: null, ended: true };
  rows = keys.map((input, index) => ({
    ...{ batchId: 'b1', row: index + 2, input, state: 'completed', error: null },
    result: right[index] ?? '',
  }));
  jobs = keys.map((key, index) => ({
    ...{ custom_id: `yto-b1-${index}`, sitemap_id: SITEMAP, startUrls: [numberIn(key)] },
  }));
  cells = keys.map((key, index) => [key, '', right[index] ?? '', '']);
});

const findings = (seen: Partial<Seen> = {}) =>
  audit(ledger, { batches: [batch], rows, jobs, sheets: new Map([[book.path, cells]]), ...seen }, DAY);

it('finds nothing where all is right', () => {
  expect(findings()).toEqual([]);
});

it('published twice: more often than asked for, or with the same custom_id', () => {
  const again = { custom_id: 'yto-b1-9', sitemap_id: SITEMAP, startUrls: [numberIn(keys[0]!)] };
  expect(findings({ jobs: [...jobs, again] })).toMatchObject([{ kind: 'published twice' }]);
  ledger.ask(keys[0]!);
  expect(findings({ jobs: [...jobs, again] })).toEqual([]);
  expect(findings({ jobs: [...jobs, { ...again, custom_id: 'yto-b1-0' }] })).toMatchObject([
    { kind: 'published twice', what: 'yto-b1-0: 2 jobs' },
  ]);
});

it('a redirect of the same order is a job of its own', () => {
  expect(findings({ jobs: [...jobs, { ...jobs[0]!, custom_id: 'rtjpt', sitemap_id: 1422223 }] })).toEqual([]);
});

it('a row that did not finish, or has a result that is not its own', () => {
  rows[0] = { ...rows[0]!, state: 'failed', result: null, error: 'perhaps published' };
  rows[1] = { ...rows[1]!, result: right[2]! };
  expect(findings().map(({ kind }) => kind)).toEqual(['row lost or wrong', 'row lost or wrong']);
});

it('a cell that is empty, another’s, or no longer what a person wrote; a row or a note that is gone', () => {
  book.rows.set(keys[1]!, 'by hand');
  book.notes.add('note-1-');
  cells[0]![2] = '';
  cells.pop();
  expect(findings().map(({ kind, what }) => [kind, what.split(': ')[1]])).toEqual([
    ['cell wrong', keys[0]],
    ['cell wrong', keys[1]],
    ['cell wrong', keys[2]],
    ['cell wrong', 'note-1- is lost'],
  ]);
});

it('a batch that has not ended is stuck', () => {
  expect(findings({ batches: [{ ...batch, ended: false, state: 'running' }] })).toMatchObject([
    { kind: 'stuck' },
  ]);
});
