import { Command } from 'commander';
import { startSandbox } from '../sandbox/index.ts';
import { duration } from '../settings/parse.ts';
import { note, printJson } from './print.ts';
import { stopSignal } from './stop-signal.ts';

interface Options {
  port: string;
  token: string;
  webhookUrl?: string;
  jobDuration?: string;
  json?: boolean;
}

/** `tsuiseki sandbox`. */
export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description("run the stand-in for Web Scraper Cloud and Yamato's page")
    .option('--port <port>', 'the port; 0: any free one', '0')
    .option('--token <token>', 'the API token it takes', 'sandbox')
    .option('--webhook-url <url>', 'where its notifications go, token included')
    .option('--job-duration <duration>', 'how long a scraping job takes')
    .option('--json', 'print where it listens as JSON')
    .action(async (options: Options) => {
      const sandbox = await startSandbox({
        port: Number(options.port),
        token: options.token,
        webhookUrl: options.webhookUrl ?? null,
        ...(options.jobDuration === undefined ? {} : { jobDurationMs: duration(options.jobDuration) }),
      });
      const { url, controlUrl, yamatoUrl } = sandbox;
      if (options.json) printJson({ url, controlUrl, yamatoUrl });
      else note(`sandbox: API ${url}, Yamato ${yamatoUrl}, control ${controlUrl}`);
      await stopSignal();
      await sandbox.close();
    });
}
