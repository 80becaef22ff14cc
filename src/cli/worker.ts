import { Command } from 'commander';
import { runWorkers } from '../../workers/runtime.ts';
import { loadSettings } from '../config.ts';
import { createLogger } from '../log.ts';
import { QUEUES, type WorkerName } from '../temporal/names.ts';
import { UsageError } from './usage.ts';

function workerName(text: string): WorkerName {
  const names = Object.keys(QUEUES) as WorkerName[];
  const name = names.find((known) => known === text);
  if (name === undefined) throw new UsageError('USAGE', `no worker ${text}; there are ${names.join(', ')}`);
  return name;
}

/** `tsuiseki worker NAME…`. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run one or more workers in the foreground')
    .argument('<names...>', Object.keys(QUEUES).join(', '))
    .action(async (texts: string[]) => {
      const names = texts.map((text) => workerName(text));
      const settings = loadSettings();
      await runWorkers(names, settings, createLogger(settings.logLevel, names.join('+')));
    });
}
