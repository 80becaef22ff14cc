import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { CancelMessage } from '../../workflows/messages.ts';
import { TsuisekiError } from '../errors.ts';
import { batchStatus } from '../db/status.ts';
import { printJson, printLine, statusLine } from './print.ts';
import { batchNamed, withTemporal } from './session.ts';

class BatchEnded extends TsuisekiError<'BATCH_ENDED'> {}

/** `tsuiseki cancel BATCH [--drop]`. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .description('publish no more, wait for what is in flight, write back what there is')
    .argument('<batch>', 'a batchId or workflowId')
    .option('--drop', 'do not wait for what is in flight')
    .option('--why <text>', 'the reason, kept with the batch')
    .option('--json', 'print JSON')
    .action((reference: string, options: { drop?: boolean; why?: string; json?: boolean }) =>
      withTemporal(async ({ database, client, settings }) => {
        const batch = await batchNamed(database, reference);
        if (batch.finishedAt !== null)
          throw new BatchEnded('BATCH_ENDED', `batch ${batch.id} has ended: ${batch.state}`);
        const message: CancelMessage = {
          by: userInfo().username,
          why: options.why ?? null,
          drop: options.drop === true,
        };
        await client.workflow.getHandle(batch.workflowId).executeUpdate('cancel', { args: [message] });
        const status = await batchStatus(
          database.db,
          await batchNamed(database, batch.id),
          settings.publishIntervalMs,
        );
        if (options.json) printJson(status);
        else printLine(statusLine(status));
      }),
    );
}
