import { Command, CommanderError } from 'commander';
import { SettingsError, wantsStackTraces } from '../settings/settings.ts';
import { rootMessage, TsuisekiError } from '../errors.ts';
import { endTraces } from '../outbound/traces/traces.ts';
import { TaskError } from '../tasks/types.ts';
import { packageVersion } from '../version.ts';
import { COMMANDS } from './commands.ts';
import { UsageError } from './usage.ts';

async function programFor(name: string | undefined): Promise<Command> {
  const program = new Command('tsuiseki')
    .description('Tracks the parcels of Excel workbooks and writes their states back into column C')
    .version(packageVersion())
    .exitOverride()
    // `texts` and `texts set` both have a --json.
    .enablePositionalOptions()
    .configureOutput({
      // One line, also where commander has more to say.
      outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')} (--help shows how)\n`),
    });
  const load = name === undefined ? undefined : COMMANDS.get(name);
  const loads = load === undefined ? [...COMMANDS.values()] : [load];
  const commands = await Promise.all(loads.map((each) => each()));
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
    for (const each of command.commands) each.copyInheritedSettings(command);
  }
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

/** Runs one command; gives its exit status, or null where the command itself has set it. */
export async function runProgram(args: readonly string[]): Promise<number | null> {
  try {
    const program = await programFor(args[0]);
    await program.parseAsync(args, { from: 'user' });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) process.stderr.write(`${textOf(error)}\n`);
    return exitCodeOf(error);
  } finally {
    await endTraces();
  }
}
