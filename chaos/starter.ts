import type { Dice } from '../src/sandbox/dice.ts';
import { Colleague } from '../test/support/files/colleague.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';
import { BOOK_TASKS } from './ledger.ts';
import type { Book, Ledger } from './ledger.ts';
import { lookAtBatches } from './looks.ts';
import type { System } from './system.ts';

export interface StarterOptions {
  dice: Dice;
  diary: Diary;
  ledger: Ledger;
  system: System;
  tell(book: Book): Promise<void>;
}

/** So many batches run at any time, if they can. */
const BATCHES_AT_ONCE = 4;
const ROWS: readonly [min: number, max: number] = [6, 24];

/** One who brings new workbooks, and starts them by a save or by hand. */
export function starter({ dice, diary, ledger, system, tell }: StarterOptions): Actor {
  return {
    name: 'starter',
    dice,
    pauseMs: [500, 1_500],
    async deed() {
      const batches = await lookAtBatches(system.database);
      const working = batches.filter(({ ended, state }) => !ended && state !== 'paused');
      if (working.length >= BATCHES_AT_ONCE) return;
      const book = ledger.newBook(dice.pick(BOOK_TASKS), ROWS[0] + dice.below(ROWS[1] - ROWS[0]));
      await new Colleague(system.dav, book.path).create((sheet) => {
        sheet.addRow(['番号', 'メール', '状況', '備考']);
        for (const key of book.rows.keys()) sheet.addRow([key]);
      });
      const way = dice.pick(['save', 'start']);
      diary.did(`batch by ${way}`, `${book.path}, ${book.rows.size} rows`);
      await (way === 'save' ? tell(book) : system.command('start', `webdav:/${book.path}`));
    },
  };
}
