import { Command } from 'commander';
import { note, printJson } from './print.ts';
import { stopSignal } from './stop-signal.ts';
import { startSystem } from './system.ts';

/** `tsuiseki up`. */
export function upCommand(): Command {
  return new Command('up')
    .description('start and supervise everything that is not configured elsewhere')
    .option('--sandbox', 'use the sandbox instead of Web Scraper Cloud')
    .option('--json', 'print where everything is, once ready, as one line of JSON')
    .action(async (options: { sandbox?: boolean; json?: boolean }) => {
      const stopped = stopSignal();
      const system = await startSystem({ sandbox: options.sandbox === true, onProgress: note });
      const { report } = system;
      if (options.json) printJson(report);
      else
        note(
          `ready\n  Web UI  ${report.webUi ?? 'of your Temporal server'}\n  HTTP    ${report.http}\nCtrl-C stops all of it`,
        );
      await stopped;
      note('stopping');
      await system.stop();
    });
}
