import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BIG_ROWS } from './big-rows.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import type { HandsName } from './hands.ts';
import { countFigure, medianMs, peakFigure } from './job-figures.ts';
import { measureOurs } from './measure.ts';

const MOST_MS = 2_500;
const MOST_MB = 250;

/** Every result cell of the big workbook. */
export const all: Part = {
  name: 'all',
  async run(context) {
    const { cleanup, figure } = context;
    const folder = temporaryFolder(cleanup);
    const source = join(folder, 'big.xlsm');
    await writeBigWorkbook(source);
    const { ours, apart } = await measureOurs(context, (by: HandsName) => ({
      kind: 'patch',
      by,
      source,
      target: join(folder, `${by}.xlsm`),
      cells: BIG_ROWS,
    }));

    const what = 'all 100,000 rows patched';
    const workMs = medianMs(ours);
    figure({
      figure: what,
      mustReach: `< ${MOST_MS} ms`,
      measured: workMs,
      unit: 'ms',
      ok: workMs < MOST_MS,
    });
    figure(peakFigure(what, ours, MOST_MB));
    figure(peakFigure(`${what}, apart`, apart, MOST_MB));
    const written = Math.min(...[...ours, ...apart].map(({ count }) => count));
    figure(countFigure(`${what}: cells written`, written, BIG_ROWS));
  },
};
