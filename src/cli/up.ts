import { Command } from 'commander';
import { note, printJson } from './print.ts';
import { stopRequests } from './stop-signal.ts';
import { StoppedEarly, startSystem } from './system.ts';
import type { System } from './system.ts';

async function up(options: { sandbox?: boolean; json?: boolean }): Promise<void> {
  const requests = stopRequests();
  let system: System;
  try {
    system = await startSystem({ sandbox: options.sandbox === true, onProgress: note, requests });
  } catch (error) {
    if (error instanceof StoppedEarly) return note(error.message);
    throw error;
  }
  const { report } = system;
  if (options.json) printJson(report);
  const webUi = report.webUi ?? 'of your Temporal server';
  note(`ready\n  Web UI  ${webUi}\n  HTTP    ${report.http}\nCtrl-C stops all of it`);
  if (!requests.stop.aborted)
    await new Promise((resolve) => requests.stop.addEventListener('abort', resolve, { once: true }));
  note('stopping; once more ends it at once');
  await system.stop();
}

/** `tsuiseki up`. */
export function upCommand(): Command {
  return new Command('up')
    .description('start and supervise everything that is not configured elsewhere')
    .option('--sandbox', 'use the sandbox instead of Web Scraper Cloud')
    .option('--json', 'print where everything is, once ready, as one line of JSON')
    .action(up);
}
