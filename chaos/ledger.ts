import { withCheckDigit } from '../src/sandbox/index.ts';
import type { AnsweredTask } from '../src/sandbox/index.ts';
import { taskByName } from '../src/tasks/registry.ts';

/** Both kinds of batches, a redirect, and ten numbers a URL. */
export const BOOK_TASKS = [
  'yamato_tracking_only',
  'japan_post_tracking_only',
  'japan_post_tracking_10',
  'yamato_tracking_10',
  'official_website_redirect_to_yamato_tracking',
] as const satisfies readonly AnsweredTask[];
export type BookTask = (typeof BOOK_TASKS)[number];

/** What must stand in a workbook in the end. */
export interface Book {
  task: BookTask;
  /** Below the root of the file server. */
  path: string;
  /** What stands in column A, and a person's own text in column C; null: the result belongs there. */
  rows: Map<string, string | null>;
  notes: Set<string>;
}

const FIRST_NUMBER = 31_000_000_000;

/** What people did and asked for: what is right is told from it and from the sandbox's parcels alone. */
export class Ledger {
  readonly books: Book[] = [];
  readonly #asked = new Map<string, number>();
  #serial = 0;

  /** A workbook with so many rows, none of them in any other. */
  newBook(task: BookTask, rows: number): Book {
    const { filePrefix } = taskByName(task);
    const path = `${task}/${filePrefix}${this.books.length + 1}.xlsx`;
    const keys = Array.from({ length: rows }, () => this.newKey(task));
    const book: Book = { task, path, rows: new Map(keys.map((key) => [key, null])), notes: new Set() };
    this.books.push(book);
    return book;
  }

  /** Column A of a row nobody has had yet; it may be asked for once. */
  newKey(task: BookTask): string {
    this.#serial += 1;
    const key =
      task === 'official_website_redirect_to_yamato_tracking'
        ? `https://store.apple.com/go/jp/vieworder/W${100_000_000 + this.#serial}/customer${this.#serial}@example.jp`
        : withCheckDigit(FIRST_NUMBER + this.#serial * 37);
    this.ask(key);
    return key;
  }

  /** It may be published once more: someone asked for it. */
  ask(key: string): void {
    this.#asked.set(key, this.asked(key) + 1);
  }

  /** How often it may have been published. */
  asked(key: string): number {
    return this.#asked.get(key) ?? 0;
  }
}
