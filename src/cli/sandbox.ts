import { Command } from 'commander';
import { duration, url, wholeNumber } from '../settings/parse.ts';
import { listenError } from './listen-error.ts';
import { note, printJson } from './print.ts';
import { stopSignal } from './stop-signal.ts';
import { option } from './usage.ts';

interface Options {
  port: number;
  token: string;
  webhookUrl?: string;
  jobDuration?: number;
  csvDelay: number;
  json?: boolean;
}

/** `tsuiseki sandbox`. */
export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description("run the stand-in for Web Scraper Cloud and Yamato's page")
    .option('--port <port>', 'the port; 0: any free one', option(wholeNumber(0, 65_535)), 0)
    .option('--token <token>', 'the API token it takes', 'sandbox')
    .option(
      '--webhook-url <url>',
      'where its notifications go, token included',
      option(url('http:', 'https:')),
    )
    .option('--job-duration <duration>', 'how long a scraping job takes', option(duration))
    .option('--csv-delay <duration>', 'how late downloads are answered', option(duration), 0)
    .option('--json', 'print where it listens as JSON')
    .action(async (options: Options) => {
      const stopped = stopSignal();
      const { startSandbox } = await import('../sandbox/index.ts');
      const { port, token, webhookUrl = null, jobDuration: jobDurationMs, csvDelay: csvDelayMs } = options;
      const sandbox = await startSandbox({
        port,
        token,
        webhookUrl,
        csvDelayMs,
        ...(jobDurationMs === undefined ? {} : { jobDurationMs }),
      }).catch((error: unknown) => {
        throw listenError('--port', { host: '127.0.0.1', port }, error);
      });
      const { url: apiUrl, controlUrl, yamatoUrl } = sandbox;
      if (options.json) printJson({ url: apiUrl, controlUrl, yamatoUrl });
      else note(`sandbox: API ${apiUrl}, Yamato ${yamatoUrl}, control ${controlUrl}`);
      await stopped;
      await sandbox.close();
    });
}
