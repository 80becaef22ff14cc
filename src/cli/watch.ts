import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import type { Settings } from '../settings/settings.ts';
import type { Database } from '../db/database.ts';
import { FORECAST_EVERY_MS, readAccount } from '../pacing/account-figures.ts';
import { batchStatus } from '../batches/status.ts';
import type { BatchStatus } from '../batches/status.ts';
import { printJson } from './print.ts';
import { ProgressDisplay } from './progress.ts';
import { batchNamed, withDatabase } from './session.ts';
import { withTemporalView } from './temporal-view.ts';
import type { TemporalView } from './temporal-view.ts';

const POLL_MS = 500;

interface FollowOptions {
  onLook?: (status: BatchStatus) => void;
  stop?: AbortSignal;
  /** Asked beside the database. */
  view?: TemporalView;
}

/** Follows a batch to its end and tells each change; every look is told besides, for a clock that ticks. */
export async function followBatch(
  database: Database,
  settings: Settings,
  reference: string,
  onChange: (status: BatchStatus) => void,
  { onLook, stop, view }: FollowOptions = {},
): Promise<BatchStatus> {
  const { db } = database;
  const batch = await batchNamed(database, reference);
  let account = await readAccount(db, settings);
  let shown = '';
  while (true) {
    if (Date.now() - account.readAtMs >= FORECAST_EVERY_MS) account = await readAccount(db, settings);
    const status = await batchStatus(db, batch, settings, account);
    await view?.tell(status);
    // The estimate moves with every look.
    const change = JSON.stringify({ ...status, eta: null });
    if (change === shown) onLook?.(status);
    else onChange(status);
    shown = change;
    if (status.finishedAt !== null) return status;
    await delay(POLL_MS, undefined, stop === undefined ? {} : { signal: stop });
  }
}

/** `tsuiseki watch BATCH`: a bar on a terminal, a line for each change elsewhere. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('follow a batch until it ends')
    .argument('<batch>', 'a batchId or workflowId')
    .option('--json', 'one status object a line')
    .action((reference: string, options: { json?: boolean }) =>
      withDatabase((database, settings) =>
        withTemporalView(settings, async (view) => {
          if (options.json) {
            await followBatch(database, settings, reference, printJson, { view });
            return;
          }
          const display = new ProgressDisplay(process.stdout);
          try {
            await followBatch(database, settings, reference, (status) => display.change(status), {
              onLook: (status) => display.look(status),
              view,
            });
          } finally {
            display.end();
          }
        }),
      ),
    );
}
