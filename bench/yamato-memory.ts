import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFile } from '../src/paths.ts';
import type { HeapSample } from './heap-probe.ts';
import { BenchError } from './part.ts';
import type { Part } from './part.ts';
import { allEnded, rowStates } from './stamps.ts';
import { percentile } from './statistics.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';
import { rightCells, startYamatoFleet } from './yamato-system.ts';

const NUMBERS = 20_000;
const WORKER = 'yamato_tracking_10';
const MOST_BYTES = 300_000_000;
/** Of the last quarter over the second. */
const MOST_GROWTH = 0.05;
/** Collections in the second and in the last quarter; in the others none keeps the peak down. */
const SAMPLES = 10;
const PATIENCE_MS = 1_800_000;

function samplesIn(file: string): HeapSample[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as HeapSample);
}

const megabytes = (bytes: number) => bytes / 1_000_000;
const median = (samples: readonly HeapSample[]) =>
  percentile(
    samples.map(({ heapBytes }) => heapBytes),
    0.5,
  );

/** 20,000 numbers without pauses: what the worker takes, and what stays after a collection. */
export const yamatoMemory: Part = {
  name: 'memory',
  async run(context) {
    const { figure, note, progress, cleanup } = context;
    const file = join(temporaryFolder(cleanup), 'heap');
    const probe = pathToFileURL(builtFile('bench/heap-probe.js'));
    probe.search = String(new URLSearchParams({ worker: WORKER, file }));
    const fleet = await startYamatoFleet(
      context,
      { min: '0s', max: '0s' },
      // A workbook of that size is written in seconds: it is another worker's work.
      { NODE_OPTIONS: `--import=${probe.href}`, WRITEBACK_MIN_INTERVAL: '15s' },
    );
    const [started] = await fleet.startBatches([NUMBERS]);
    const pid = fleet.workerPid(WORKER);
    if (pid === null) throw new BenchError('BENCH_PROCESS', `no process of ${WORKER} is known`);
    const sampleAt = async (asked: number): Promise<void> => {
      await until(`${asked} numbers`, PATIENCE_MS, async () => {
        const [row] = await fleet.database.sql<{ n: number }[]>`
          select count(*)::int * 10 as n from jobs where state = 'completed'`;
        return (row?.n ?? 0) >= asked ? true : null;
      });
      const before = samplesIn(file).length;
      process.kill(pid, 'SIGUSR2');
      await until('a sample', 30_000, async () => (samplesIn(file).length > before ? true : null), 20);
    };
    for (const quarter of [2, 4])
      for (let sample = 1; sample <= SAMPLES; sample += 1) {
        await sampleAt(((quarter - 1 + sample / SAMPLES) * NUMBERS) / 4);
        if (sample % SAMPLES === 0) progress(`${(quarter * NUMBERS) / 4} numbers`);
      }
    await until('the end of the batch', PATIENCE_MS, () => allEnded(fleet.database));
    const samples = samplesIn(file);
    const peak = samples.at(-1)?.peakRssBytes ?? NaN;
    figure({
      figure: `peak memory of the worker, ${NUMBERS} numbers`,
      mustReach: `< ${megabytes(MOST_BYTES)} MB`,
      measured: megabytes(peak),
      unit: 'MB',
      ok: peak < MOST_BYTES && fleet.workerPid(WORKER) === pid,
    });
    const growth = median(samples.slice(SAMPLES)) / median(samples.slice(0, SAMPLES)) - 1;
    figure({
      figure: 'heap after collections, last quarter over the second',
      mustReach: `≤ ${MOST_GROWTH * 100} %`,
      measured: growth * 100,
      unit: '%',
      ok: growth <= MOST_GROWTH,
    });
    const completed = (await rowStates(fleet.database))['completed'] ?? 0;
    const right = await rightCells(started?.workbook ?? '');
    figure({
      figure: 'rows right in the workbook',
      mustReach: `${NUMBERS}`,
      measured: right,
      unit: '',
      ok: completed === NUMBERS && right === NUMBERS,
    });
    const shown = samples.map(({ heapBytes }) => megabytes(heapBytes).toFixed(1)).join(' ');
    note(`heap after each collection, MB: ${shown}`);
    const rss = samples.map(({ rssBytes }) => megabytes(rssBytes).toFixed(0)).join(' ');
    note(`resident then, MB: ${rss}`);
  },
};
