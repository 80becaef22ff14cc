import type { Command } from 'commander';

/**
 * Every command, loaded when it is asked for: all of them together bring Temporal's client, the database and the
 * HTTP server along, a second of work that `--help` or `status` need not wait for.
 */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['demo', async () => (await import('./demo.ts')).demoCommand()],
  ['up', async () => (await import('./up.ts')).upCommand()],
  ['worker', async () => (await import('./worker.ts')).workerCommand()],
  ['serve', async () => (await import('./serve.ts')).serveCommand()],
  ['sandbox', async () => (await import('./sandbox.ts')).sandboxCommand()],
  ['migrate', async () => (await import('./set-up.ts')).migrateCommand()],
  ['config', async () => (await import('./set-up.ts')).configCommand()],
  ['temporal-config', async () => (await import('./temporal-config.ts')).temporalConfigCommand()],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand()],
  ['sample', async () => (await import('./sample.ts')).sampleCommand()],
  ['start', async () => (await import('./start.ts')).startCommand()],
  ['adopt', async () => (await import('./adopt.ts')).adoptCommand()],
  ['list', async () => (await import('./list.ts')).listCommand()],
  ['status', () => batchCommand('status')],
  ['rows', () => batchCommand('rows')],
  ['watch', async () => (await import('./watch.ts')).watchCommand()],
  ['explain', async () => (await import('./explain.ts')).explainCommand()],
  ['pause', () => steerCommand('pause')],
  ['resume', () => steerCommand('resume')],
  ['cancel', () => steerCommand('cancel')],
  ['retry', async () => (await import('./retry.ts')).retryCommand()],
  ['ask', async () => (await import('./ask.ts')).askCommand()],
  ['give-up', async () => (await import('./give-up.ts')).giveUpCommand()],
  ['write', async () => (await import('./write.ts')).writeCommand()],
  ['replay', async () => (await import('./replay.ts')).replayCommand()],
  ['import', async () => (await import('./import.ts')).importCommand()],
  ['parcels', async () => (await import('./parcels.ts')).parcelsCommand()],
  ['alerts', async () => (await import('./alerts.ts')).alertsCommand()],
  ['texts', async () => (await import('./texts.ts')).textsCommand()],
  ['forget', async () => (await import('./forget.ts')).forgetCommand()],
  ['report', async () => (await import('./report.ts')).reportCommand()],
  ['completion', async () => (await import('./completion.ts')).completionCommand(COMMANDS)],
]);

async function batchCommand(name: string): Promise<Command> {
  return named(name, (await import('./batches.ts')).batchCommands());
}

async function steerCommand(name: string): Promise<Command> {
  return named(name, (await import('./steer.ts')).steerCommands());
}

function named(name: string, commands: readonly Command[]): Command {
  const command = commands.find((each) => each.name() === name);
  if (command === undefined) throw new TypeError(`no command ${name}`);
  return command;
}
