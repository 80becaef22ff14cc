import { Command, CommanderError } from 'commander';
import { SettingsError } from '../config.ts';
import { errorMessage } from '../errors.ts';
import { TaskError } from '../tasks/task-error.ts';
import { batchCommands } from './batches.ts';
import { demoCommand } from './demo.ts';
import { reportCommand } from './report.ts';
import { retryCommand } from './retry.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';
import { configCommand, migrateCommand } from './set-up.ts';
import { startCommand } from './start.ts';
import { steerCommands } from './steer.ts';
import { upCommand } from './up.ts';
import { watchCommand } from './watch.ts';
import { UsageError } from './usage.ts';
import { workerCommand } from './worker.ts';

const program = new Command('tsuiseki')
  .description('Tracks the parcels of Excel workbooks and writes their states back into column C')
  .exitOverride()
  .showHelpAfterError('(--help shows how)');

for (const command of [
  demoCommand(),
  upCommand(),
  workerCommand(),
  serveCommand(),
  sandboxCommand(),
  migrateCommand(),
  configCommand(),
  startCommand(),
  ...batchCommands(),
  watchCommand(),
  ...steerCommands(),
  retryCommand(),
  reportCommand(),
])
  program.addCommand(command.exitOverride());

/** 1: it failed; 2: wrong use or settings. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof SettingsError || error instanceof TaskError || error instanceof UsageError ? 2 : 1;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) {
    const text = error instanceof SettingsError ? error.message : errorMessage(error);
    const debug = process.argv.includes('--debug') && error instanceof Error;
    process.stderr.write(`${debug ? error.stack : text}\n`);
  }
}
