import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { batchStatus } from '../batches/status.ts';
import { TsuisekiError } from '../errors.ts';
import { withoutPersonalData } from '../redact.ts';
import { cancel, pause, resume } from '../temporal/messages.ts';
import type { BatchUpdate, PersonMessage } from '../temporal/messages.ts';
import { printJson, printLine, statusLine } from './print.ts';
import { batchNamed, withTemporal } from './session.ts';

class BatchEnded extends TsuisekiError<'BATCH_ENDED'> {}

export interface SteerOptions {
  why?: string;
  json?: boolean;
}

/** Who a message is from: the person at this machine. */
export function fromHere({ why }: SteerOptions): PersonMessage {
  return {
    id: randomUUID(),
    by: userInfo().username,
    why: why === undefined ? null : withoutPersonalData(why),
  };
}

/** The options that every command which does something to a batch has. */
export function steerCommand(
  name: string,
  description: string,
  prints = 'print the status as JSON',
): Command {
  return new Command(name)
    .description(description)
    .argument('<batch>', 'a batchId or workflowId')
    .option('--why <text>', 'the reason, kept with the batch')
    .option('--json', prints);
}

/** Sends an Update to a running batch, and prints its status afterwards. */
export function steer<Message>(
  reference: string,
  update: BatchUpdate<Message>,
  message: Message,
  options: SteerOptions,
): Promise<void> {
  return withTemporal(async ({ database, client, settings }) => {
    const batch = await batchNamed(database, reference);
    if (batch.finishedAt !== null)
      throw new BatchEnded('BATCH_ENDED', `batch ${batch.id} has ended: ${batch.state}`);
    const { sendUpdate } = await import('../temporal/ask.ts');
    await sendUpdate(client, batch.workflowId, update, message);
    const status = await batchStatus(database.db, await batchNamed(database, batch.id), settings);
    if (options.json) printJson(status);
    else printLine(statusLine(status));
  });
}

/** `pause`, `resume` and `cancel`. */
export function steerCommands(): Command[] {
  return [
    steerCommand('pause', 'publish no more until resume; results and writebacks go on').action(
      (reference: string, options: SteerOptions) => steer(reference, pause, fromHere(options), options),
    ),
    steerCommand(
      'resume',
      'publish again; opens an account, a task or a carrier that was held, for every batch',
    ).action((reference: string, options: SteerOptions) =>
      steer(reference, resume, fromHere(options), options),
    ),
    steerCommand('cancel', 'publish no more, wait for what is in flight, write back what there is')
      .option('--drop', 'do not wait for what is in flight')
      .action((reference: string, options: SteerOptions & { drop?: boolean }) =>
        steer(reference, cancel, { ...fromHere(options), drop: options.drop === true }, options),
      ),
  ];
}
