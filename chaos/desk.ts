import type ExcelJS from 'exceljs';
import type { Dice } from '../src/sandbox/dice.ts';
import { Colleague } from '../test/support/files/colleague.ts';
import type { SabreDav } from '../test/support/files/sabre-dav.ts';
import { pause } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';
import type { Book, Ledger } from './ledger.ts';

const COLUMNS = ['A', 'B', 'C', 'D'] as const;
const LOCKED_FOR_MS: readonly [number, ...number[]] = [500, 2_000, 6_000];

/** What stands in a sheet from row 2 on, a row each. */
export function cellsOf(sheet: ExcelJS.Worksheet): string[][] {
  return Array.from({ length: Math.max(0, sheet.rowCount - 1) }, (_, index) =>
    COLUMNS.map((column) => sheet.getCell(`${column}${index + 2}`).text),
  );
}

function writeCells(sheet: ExcelJS.Worksheet, cells: readonly (readonly string[])[]): void {
  for (const [index, texts] of cells.entries())
    for (const [at, column] of COLUMNS.entries())
      sheet.getCell(`${column}${index + 2}`).value = texts[at] === '' ? null : (texts[at] ?? null);
}

export interface DeskOptions {
  dice: Dice;
  diary: Diary;
  ledger: Ledger;
  dav: SabreDav;
  /** As Nextcloud tells of a save; rejects while nobody answers. */
  tell(book: Book): Promise<void>;
}

/** What is changed in the cells; gives what is true of the book once it is saved. */
type Edit = (cells: string[][], at: number, book: Book) => () => void;

/** A colleague who works in the same workbooks all the time: no edit may be lost, no result come to another row. */
export function desk({ dice, diary, ledger, dav, tell }: DeskOptions): Actor {
  let serial = 0;
  const edits: Record<string, Edit> = {
    insert(cells, at, book) {
      const key = ledger.newKey(book.task);
      cells.splice(at, 0, [key, '', '', '']);
      return () => book.rows.set(key, null);
    },
    note(cells, at, book) {
      serial += 1;
      const text = `note-${serial}-`;
      const row = cells[at];
      if (row !== undefined) row[3] = `${row[3]} ${text}`.trim();
      return () => book.notes.add(text);
    },
    sort(cells) {
      cells.splice(0, cells.length, ...dice.shuffle(cells));
      return () => {};
    },
    'own text'(cells, at, book) {
      serial += 1;
      const text = `電話で確認 ${serial}`;
      const row = cells[at];
      if (row !== undefined) row[2] = text;
      return () => book.rows.set(row?.[0] ?? '', text);
    },
    'another number'(cells, at, book) {
      const row = cells[at];
      const before = row?.[0] ?? '';
      const key = ledger.newKey(book.task);
      if (row !== undefined) row.splice(0, 3, key, '', '');
      return () => {
        book.rows.delete(before);
        book.rows.set(key, null);
      };
    },
    'clear result'(cells, at, book) {
      const row = cells[at];
      const key = row?.[0] ?? '';
      if (row === undefined || row[2] === '' || book.rows.get(key) !== null) return () => {};
      row[2] = '';
      return () => ledger.ask(key);
    },
  };

  async function lock(book: Book): Promise<void> {
    await dav.lock(book.path, 'Mika');
    await pause(dice.pick(LOCKED_FOR_MS), AbortSignal.timeout(60_000));
    await dav.unlock(book.path);
    diary.did('lock', book.path);
  }

  return {
    name: 'colleague',
    dice,
    pauseMs: [500, 3_000],
    async deed() {
      const [first, ...others] = ledger.books;
      if (first === undefined) return;
      const book = dice.pick([first, ...others]);
      const kind = dice.pick(['lock', 'insert', ...Object.keys(edits)]);
      if (kind === 'lock') return lock(book);
      const place = dice.below(1_000);
      let saved = () => {};
      await new Colleague(dav, book.path).edit((sheet) => {
        const cells = cellsOf(sheet);
        saved = edits[kind]?.(cells, place % Math.max(1, cells.length), book) ?? saved;
        writeCells(sheet, cells);
      });
      saved();
      diary.did(kind, book.path);
      await tell(book);
    },
  };
}
