import { expectedText } from '../src/sandbox/index.ts';
import type { Book, Ledger } from './ledger.ts';
import type { SeenBatch, SeenRow } from './looks.ts';

/** The four figures of a run, and what is counted in each. */
export const FINDING_KINDS = ['published twice', 'row lost or wrong', 'cell wrong', 'stuck'] as const;

export interface Finding {
  kind: (typeof FINDING_KINDS)[number];
  what: string;
}

/** A job as the sandbox has it. */
export interface SeenJob {
  custom_id: string | null;
  sitemap_id: number;
  startUrls: string[];
}

export interface Seen {
  batches: readonly SeenBatch[];
  rows: readonly SeenRow[];
  jobs: readonly SeenJob[];
  /** By path: the cells of a workbook from row 2 on, A to D. */
  sheets: ReadonlyMap<string, readonly (readonly string[])[]>;
}

/** What column C of a row must say. */
function rightText({ task }: Book, key: string, day: Date): string | null {
  return key.startsWith('http')
    ? expectedText(task, key, null, { day })
    : expectedText(task, null, key, { day });
}

const keysIn = (url: string): string[] =>
  url.includes('vieworder') ? [url] : [...url.matchAll(/\d{12}/g)].map(([number]) => number);

function timesEach(texts: Iterable<string>): [text: string, times: number][] {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times];
}

/** A custom_id is of one attempt; a row's key is published as often as somebody asked for it, a redirect likewise. */
function publishedTwice(ledger: Ledger, jobs: readonly SeenJob[]): string[] {
  const ids = timesEach(jobs.map((job) => job.custom_id ?? 'without custom_id'))
    .filter(([, times]) => times > 1)
    .map(([id, times]) => `${id}: ${times} jobs`);
  const sitemaps = new Map<number, string[]>();
  for (const { sitemap_id: id, startUrls } of jobs)
    sitemaps.set(id, [...(sitemaps.get(id) ?? []), ...startUrls.flatMap(keysIn)]);
  const keys = [...sitemaps].flatMap(([sitemap, all]) =>
    timesEach(all)
      .filter(([key, times]) => times > ledger.asked(key))
      .map(([key, times]) => `${key} (${sitemap}): ${times} times, asked for ${ledger.asked(key)} times`),
  );
  return [...ids, ...keys];
}

function wrongRow(book: Book, row: SeenRow, day: Date): string | null {
  if (row.state !== 'completed') return `${row.state}, ${row.error ?? 'no error'}`;
  const right = rightText(book, row.input, day);
  if (row.result === null || row.result === right) return null;
  return `${row.result} instead of ${right}`;
}

function wrongRows(book: Book, { batches, rows }: Seen, day: Date): string[] {
  const ids = batches.flatMap(({ id, workbook }) => (workbook === `webdav:/${book.path}` ? [id] : []));
  return rows.flatMap((row) => {
    const wrong = ids.includes(row.batchId) ? wrongRow(book, row, day) : null;
    return wrong === null ? [] : [`${book.path}, ${row.batchId} row ${row.row} (${row.input}): ${wrong}`];
  });
}

/** Every row once, with its person's own text or its result beside it; every note. */
function wrongCells(book: Book, cells: readonly (readonly string[])[], day: Date): string[] {
  const found = timesEach(cells.map(([key = '']) => key));
  const strange = found
    .filter(([key, times]) => times > 1 || !book.rows.has(key))
    .map(([key, times]) => `${key === '' ? 'an empty row' : key} stands there ${times} times`);
  const shown = new Map(cells.map(([key = '', , text = '']) => [key, text]));
  const texts = [...book.rows].flatMap(([key, own]) => {
    const right = own ?? rightText(book, key, day);
    const text = shown.get(key);
    return text === right ? [] : [`${key}: ${text ?? 'not in the sheet'} instead of ${right}`];
  });
  const noted = cells.map((row) => row[3] ?? '').join(' ');
  const lost = [...book.notes].filter((note) => !noted.includes(note)).map((note) => `${note} is lost`);
  return [...strange, ...texts, ...lost].map((line) => `${book.path}: ${line}`);
}

/** Holds what the system, the sandbox and the file server have in the end against what people did. Pure. */
export function audit(ledger: Ledger, seen: Seen, day: Date): Finding[] {
  const stuck = seen.batches
    .filter(({ ended }) => !ended)
    .map(({ id, state, reason }) => `${id}: ${state}, ${reason ?? 'no reason'}`);
  const each = (look: (book: Book) => string[]) => ledger.books.flatMap(look);
  const lines: Record<Finding['kind'], string[]> = {
    'published twice': publishedTwice(ledger, seen.jobs),
    'row lost or wrong': each((book) => wrongRows(book, seen, day)),
    'cell wrong': each((book) => wrongCells(book, seen.sheets.get(book.path) ?? [], day)),
    stuck,
  };
  return FINDING_KINDS.flatMap((kind) => lines[kind].map((what) => ({ kind, what })));
}
