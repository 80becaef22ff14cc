import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { SettingsError, wantsStackTraces } from '../config.ts';
import { rootMessage, TsuisekiError } from '../errors.ts';
import { packageRoot } from '../paths.ts';
import { TaskError } from '../tasks/task-error.ts';
import { COMMANDS } from './commands.ts';
import { endWithParent } from './lifeline.ts';
import { UsageError } from './usage.ts';

/** `tsuiseki list | head -1`: who reads no more is no failure of ours. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

async function programFor(name: string | undefined): Promise<Command> {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('tsuiseki')
    .description('Tracks the parcels of Excel workbooks and writes their states back into column C')
    .version(version)
    .exitOverride()
    .configureOutput({
      // One line, also where commander has more to say.
      outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')} (--help shows how)\n`),
    });
  const load = name === undefined ? undefined : COMMANDS.get(name);
  const commands = await Promise.all(
    (load === undefined ? [...COMMANDS.values()] : [load]).map((each) => each()),
  );
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  return program;
}

/** 1: it failed; 2: wrong use or settings. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof SettingsError || error instanceof TaskError || error instanceof UsageError ? 2 : 1;
}

/** One line; of settings one a problem. What is not ours tells what it came from. */
function textOf(error: unknown): string {
  if (wantsStackTraces() && error instanceof Error) return error.stack ?? error.message;
  if (error instanceof SettingsError) return error.message;
  return error instanceof TsuisekiError ? error.message.replaceAll(/\s*\n\s*/g, ' ') : rootMessage(error);
}

endWithParent();
try {
  const program = await programFor(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) process.stderr.write(`${textOf(error)}\n`);
}
