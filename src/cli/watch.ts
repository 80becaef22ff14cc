import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import type { Settings } from '../config.ts';
import type { Database } from '../db/database.ts';
import { type BatchStatus, batchStatus } from '../db/status.ts';
import { printJson, printLine, statusLine } from './print.ts';
import { batchNamed, withDatabase } from './session.ts';

const POLL_MS = 500;
const BAR_WIDTH = 30;

/** Follows a batch to its end and tells each change. */
export async function followBatch(
  database: Database,
  settings: Settings,
  reference: string,
  onChange: (status: BatchStatus) => void,
): Promise<BatchStatus> {
  let shown = '';
  while (true) {
    const status = await batchStatus(database.db, await batchNamed(database, reference), settings);
    const change = JSON.stringify({ ...status, eta: null });
    if (change !== shown) onChange(status);
    shown = change;
    if (status.finishedAt !== null) return status;
    await delay(POLL_MS);
  }
}

/** `[#####-----] 12/25 …` */
export function progressBar(status: BatchStatus): string {
  const { total, completed, failed, invalid } = status.counts;
  const done = completed + failed + invalid;
  const filled = total === 0 ? 0 : Math.round((done / total) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${done}/${total} ${statusLine(status)}`;
}

/** `tsuiseki watch BATCH`: a bar on a terminal, a line for each change elsewhere. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('follow a batch until it ends')
    .argument('<batch>', 'a batchId or workflowId')
    .option('--json', 'one status object a line')
    .action((reference: string, options: { json?: boolean }) =>
      withDatabase(async (database, settings) => {
        const onTerminal = process.stdout.isTTY && options.json !== true;
        await followBatch(database, settings, reference, (status) => {
          if (options.json) printJson(status);
          else if (onTerminal) process.stdout.write(`\r\u001B[K${progressBar(status)}`);
          else printLine(statusLine(status));
        });
        if (onTerminal) printLine('');
      }),
    );
}
