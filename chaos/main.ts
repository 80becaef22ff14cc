import { parseArgs } from 'node:util';
import { Cleanup } from '../bench/cleanup.ts';
import { errorMessage } from '../src/errors.ts';
import { runChaos, TROUBLES } from './run.ts';
import type { Trouble } from './run.ts';

const USAGE = `npm run chaos -- [--minutes N] [--seed S] [--only TROUBLE,…] [--bound SECONDS] [--longest-stop SECONDS] [--cluster]
  troubles: ${TROUBLES.join(', ')}; none of them: --only ''
  --cluster: on a Temporal server of several processes, built with Go, instead of the dev server`;
/** Two sweeps of the folders, and the batches that the last of them starts. */
const DEFAULT_BOUND_S = '300';
/** As shells tell an end by Ctrl-C. */
const INTERRUPTED = 130;

const say = (line: string) => process.stderr.write(`${line}\n`);

function isTrouble(text: string): text is Trouble {
  return (TROUBLES as readonly string[]).includes(text);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Date.now()) },
      only: { type: 'string', default: TROUBLES.join() },
      bound: { type: 'string', default: DEFAULT_BOUND_S },
      'longest-stop': { type: 'string', default: '90' },
      cluster: { type: 'boolean', default: false },
    },
  });
  const named = values.only.split(',').filter((text) => text !== '');
  const numbers = [values.minutes, values.bound, values['longest-stop']].map(Number);
  const [minutes = 0, boundS = 0, longestStopS = 0] = numbers;
  if (!named.every(isTrouble) || !numbers.every((number) => number > 0)) {
    say(USAGE);
    return 2;
  }
  const cleanup = new Cleanup(say);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      say(`${signal}: ending what was started`);
      interrupted.abort(signal);
      cleanup.interrupt();
    });
  try {
    const [boundMs, longestStopMs] = [boundS * 1_000, longestStopS * 1_000];
    const { seed, cluster } = values;
    const troubles = new Set(named);
    const report = await runChaos(
      { minutes, seed, troubles, cluster, boundMs, longestStopMs, progress: say, signal: interrupted.signal },
      cleanup,
    );
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return report.findings.length === 0 ? 0 : 1;
  } catch (error) {
    say(errorMessage(error));
    return interrupted.signal.aborted ? INTERRUPTED : 1;
  } finally {
    await cleanup.run();
  }
}

process.exitCode = await main();
