import { parseYamatoPage } from '../src/carriers/yamato/page.ts';
import { numberWithFault } from '../src/sandbox/index.ts';
import { yamatoPageParcel } from '../src/sandbox/yamato/page-parcel.ts';
import { trackingPage } from '../src/sandbox/yamato/page.ts';
import type { Part } from './part.ts';
import { percentile, spread } from './statistics.ts';

const MOST_MS = 10;
const WARM_UP = 50;
const ROUNDS = 200;
const DAY_MS = 86_400_000;

/** One page of ten parcels that were sent back after eight events each, the longest way that the sandbox knows. */
export const yamatoPage: Part = {
  name: 'page',
  run({ figure, note }) {
    const askedAt = new Date();
    const numbers = Array.from({ length: 10 }, (_, serial) => numberWithFault('state-returned', serial));
    const shown = numbers.map((number) =>
      yamatoPageParcel(number, ['state-returned'], askedAt.getTime() - DAY_MS),
    );
    const html = trackingPage(shown, true);
    const tookMs: number[] = [];
    let events = 0;
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const began = performance.now();
      const parcels = parseYamatoPage(html, numbers, askedAt);
      if (round >= 0) tookMs.push(performance.now() - began);
      events = parcels.reduce((count, parcel) => count + parcel.events.length, 0);
    }
    const median = percentile(tookMs, 0.5);
    figure({
      figure: 'parsing one page of ten with full histories, median',
      mustReach: `< ${MOST_MS} ms`,
      measured: median,
      unit: 'ms',
      ok: events === 80 && median < MOST_MS,
    });
    note(`${events} events on ${Math.round(Buffer.byteLength(html) / 1_000)} KB: ${spread(tookMs)}`);
    return Promise.resolve();
  },
};
