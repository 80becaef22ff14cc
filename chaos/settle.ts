import { errorMessage } from '../src/errors.ts';
import { Colleague } from '../test/support/files/colleague.ts';
import { pause } from './actor.ts';
import { audit } from './audit.ts';
import type { Finding, Seen, SeenJob } from './audit.ts';
import { cellsOf } from './desk.ts';
import type { Diary } from './diary.ts';
import type { Book, Ledger } from './ledger.ts';
import { lookAtBatches, lookAtRows } from './looks.ts';
import type { SeenBatch, SeenRow } from './looks.ts';
import { retry } from './person.ts';
import type { System } from './system.ts';

export interface SettleOptions {
  system: System;
  ledger: Ledger;
  diary: Diary;
  day: Date;
  /** Whatever is not right by then is a finding. */
  boundMs: number;
  tell(book: Book): Promise<void>;
  signal: AbortSignal;
}

const LOOK_EVERY_MS = 2_000;
/** What fails so often although nothing is wrong any more is a finding. */
const RETRIES = 3;

async function jobsOf({ sandbox }: System): Promise<SeenJob[]> {
  const answer = await fetch(`${sandbox.controlUrl}/jobs`);
  return (await answer.json()) as SeenJob[];
}

async function sheetsOf({ dav }: System, books: readonly Book[]): Promise<Map<string, string[][]>> {
  const sheets = new Map<string, string[][]>();
  for (const { path } of books) sheets.set(path, cellsOf((await new Colleague(dav, path).read()).sheet));
  return sheets;
}

const unfinished = (rows: readonly SeenRow[], batch: SeenBatch): boolean =>
  rows.some(({ batchId, state }) => batchId === batch.id && state !== 'completed' && state !== 'invalid');

/**
 * After the last fault a person opens what is paused and runs again what did not finish, as operators are told to;
 * then all must come right by itself. Gives what does not within `boundMs`.
 */
export async function settle(options: SettleOptions): Promise<Finding[]> {
  const { system, ledger, diary, day, boundMs, tell, signal } = options;
  const endMs = performance.now() + boundMs;
  const retries = new Map<string, number>();
  const untold = new Set(ledger.books);

  async function goOn(batches: readonly SeenBatch[], rows: readonly SeenRow[]): Promise<boolean> {
    const running = new Set(batches.filter(({ ended }) => !ended).map(({ workbook }) => workbook));
    for (const batch of batches) {
      const { id, state, ended, workbook } = batch;
      const tries = retries.get(id) ?? 0;
      const again = ended && !running.has(workbook) && tries < RETRIES && unfinished(rows, batch);
      if (!again && state !== 'paused') continue;
      if (again) retries.set(id, tries + 1);
      const name = again ? 'last retry' : 'last resume';
      await (again ? retry(system, ledger, batch) : system.command('resume', id)).then(
        () => diary.did(name, id),
        (error: unknown) => diary.refused(name, error),
      );
      running.add(workbook);
    }
    return running.size > 0;
  }

  /** What is not right; null: not all has come to its end. */
  async function look(late: boolean): Promise<Finding[] | null> {
    // A save that could not be told of would wait for the next sweep of the folders.
    for (const book of untold) {
      await tell(book);
      untold.delete(book);
    }
    const [batches, rows] = [await lookAtBatches(system.database), await lookAtRows(system.database)];
    if (!late && (await goOn(batches, rows))) return null;
    const [jobs, sheets] = [await jobsOf(system), await sheetsOf(system, ledger.books)];
    return audit(ledger, { batches, rows, jobs, sheets } satisfies Seen, day);
  }

  while (true) {
    signal.throwIfAborted();
    const late = performance.now() > endMs;
    try {
      const findings = await look(late);
      if (findings !== null && (late || findings.length === 0)) return findings;
    } catch (error) {
      // Servers that were killed last are still on their way back.
      if (late) return [{ kind: 'stuck', what: `nobody can look: ${errorMessage(error)}` }];
      diary.refused('look', error);
    }
    await pause(LOOK_EVERY_MS, signal);
  }
}
