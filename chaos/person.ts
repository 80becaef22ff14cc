import { randomUUID } from 'node:crypto';
import type { Dice } from '../src/sandbox/dice.ts';
import type { Actor } from './actor.ts';
import type { Diary } from './diary.ts';
import type { Ledger } from './ledger.ts';
import { lookAtBatches, lookAtRows } from './looks.ts';
import type { SeenBatch } from './looks.ts';
import type { System } from './system.ts';

type Deed = [name: string, on: (batch: SeenBatch) => Promise<unknown>];

/** Batches that ended are looked back at so far. */
const RECENT = 8;

/** Runs a batch's unfinished rows again; all of them may be published once more. */
export async function retry(system: System, ledger: Ledger, batch: SeenBatch): Promise<void> {
  for (const { batchId, input, state } of await lookAtRows(system.database))
    if (batchId === batch.id && state !== 'completed') ledger.ask(input);
  await system.command('retry', batch.id);
}

/** One who uses every command and button there is for batches, on those that run more often than on those that ended. */
export function person(dice: Dice, diary: Diary, ledger: Ledger, system: System): Actor {
  const { temporal } = system;

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
    pauseMs: [1_000, 5_000],
    async deed() {
      const recent = (await lookAtBatches(system.database)).slice(-RECENT);
      const running = recent.filter(({ ended }) => !ended);
      const [first, ...others] = running.length > 0 && dice.below(3) > 0 ? running : recent;
      if (first === undefined) return;
      const batch = dice.pick([first, ...others]);
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
