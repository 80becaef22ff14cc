import { randomUUID } from 'node:crypto';
import type { Dice } from '../src/sandbox/dice.ts';
import { Colleague } from '../test/support/files/colleague.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';
import { BOOK_TASKS } from './ledger.ts';
import type { Book, Ledger } from './ledger.ts';
import { lookAtBatches, lookAtRows } from './looks.ts';
import type { SeenBatch } from './looks.ts';
import type { System } from './system.ts';

export interface PersonOptions {
  dice: Dice;
  diary: Diary;
  ledger: Ledger;
  system: System;
  tell(book: Book): Promise<void>;
  /** Does nothing but start batches. */
  onlyStarts: boolean;
}

type Deed = [name: string, on: (batch: SeenBatch) => Promise<unknown>];

/** So many batches run at any time, if they can. */
const BATCHES_AT_ONCE = 4;
const ROWS: readonly [min: number, max: number] = [6, 24];

/** Runs a batch's unfinished rows again; all of them may be published once more. */
export async function retry(system: System, ledger: Ledger, batch: SeenBatch): Promise<void> {
  for (const { batchId, input, state } of await lookAtRows(system.database))
    if (batchId === batch.id && state !== 'completed') ledger.ask(input);
  await system.command('retry', batch.id);
}

/** One who starts batches, and uses every command and button there is for them. */
export function person({ dice, diary, ledger, system, tell, onlyStarts }: PersonOptions): Actor {
  const { temporal, dav } = system;

  async function startOne(): Promise<void> {
    const book = ledger.newBook(dice.pick(BOOK_TASKS), ROWS[0] + dice.below(ROWS[1] - ROWS[0]));
    await new Colleague(dav, book.path).create((sheet) => {
      sheet.addRow(['番号', 'メール', '状況', '備考']);
      for (const key of book.rows.keys()) sheet.addRow([key]);
    });
    const way = dice.pick(['save', 'start']);
    diary.did(`batch by ${way}`, `${book.path}, ${book.rows.size} rows`);
    await (way === 'save' ? tell(book) : system.command('start', `webdav:/${book.path}`));
  }

  /** As the Web UI's Reset: to a workflow task of its latest run that completed. */
  async function reset({ workflowId }: SeenBatch): Promise<void> {
    const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
    const { workflowExecutionInfo } = (await temporal.workflow.getHandle(workflowId).describe()).raw;
    const [first, ...others] = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    if (first === undefined) return;
    await temporal.workflowService.resetWorkflowExecution({
      namespace: temporal.options.namespace,
      workflowExecution: { workflowId, runId: workflowExecutionInfo?.execution?.runId ?? '' },
      workflowTaskFinishEventId: dice.pick([first, ...others]).eventId ?? null,
      requestId: randomUUID(),
      reason: 'chaos',
    });
  }

  const deeds: Record<string, Deed[1]> = {
    pause: ({ id }) => system.command('pause', id, '--why', 'chaos'),
    resume: ({ id }) => system.command('resume', id),
    cancel: ({ id }) => system.command('cancel', id),
    drop: ({ id }) => system.command('cancel', id, '--drop'),
    retry: (batch) => retry(system, ledger, batch),
    'Web UI cancel': ({ workflowId }) => temporal.workflow.getHandle(workflowId).cancel(),
    reset,
    terminate: ({ workflowId }) => temporal.workflow.getHandle(workflowId).terminate('chaos'),
  };

  return {
    name: 'person',
    dice,
    pauseMs: onlyStarts ? [500, 1_500] : [1_000, 5_000],
    async deed() {
      const batches = await lookAtBatches(system.database);
      if (batches.filter(({ ended, state }) => !ended && state !== 'paused').length < BATCHES_AT_ONCE)
        return startOne();
      const [latest, ...others] = batches.slice(-2 * BATCHES_AT_ONCE).toReversed();
      if (latest === undefined || onlyStarts) return;
      const batch = dice.pick([latest, ...others]);
      const [name, deed] = dice.pick(Object.entries(deeds) as [Deed, ...Deed[]]);
      diary.say(`${name} ${batch.id} …`);
      try {
        await deed(batch);
        diary.did(name, batch.id);
      } catch (error) {
        diary.refused(name, error);
      }
    },
  };
}
