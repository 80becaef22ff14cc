import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** What one forced collection left, and the most the process ever took. */
export interface HeapSample {
  heapBytes: number;
  rssBytes: number;
  peakRssBytes: number;
}

/**
 * Preloaded into every process of a system (`node --import …/heap-probe.js?worker=NAME&file=PATH`): in that worker's,
 * SIGUSR2 collects garbage and adds a {@link HeapSample} to the file.
 */
const { searchParams } = new URL(import.meta.url);
const [worker, file] = [searchParams.get('worker'), searchParams.get('file')];

if (isMainThread && worker !== null && file !== null && process.argv.includes(worker)) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  process.on('SIGUSR2', () => {
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    const sample: HeapSample = {
      heapBytes: heapUsed,
      rssBytes: rss,
      // In kilobytes, whatever the platform.
      peakRssBytes: process.resourceUsage().maxRSS * 1_024,
    };
    appendFileSync(file, `${JSON.stringify(sample)}\n`);
  });
}
