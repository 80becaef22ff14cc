import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BIG_ROWS } from './big-rows.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import type { HandsName } from './hands.ts';
import type { Job } from './job.ts';
import { countFigure, jobNote, medianMs, peakFigure } from './job-figures.ts';
import { runRepeatedly } from './run-job.ts';

const MOST_MS = 2_500;
const MOST_MB = 250;

/** Every result cell of the big workbook. */
export const all: Part = {
  name: 'all',
  async run({ cleanup, figure, note, progress }) {
    const folder = temporaryFolder(cleanup);
    const source = join(folder, 'big.xlsm');
    await writeBigWorkbook(source);
    const job = (by: HandsName): Job => ({
      kind: 'patch',
      by,
      source,
      target: join(folder, `${by}.xlsm`),
      cells: BIG_ROWS,
    });
    progress('ours');
    const ours = await runRepeatedly(cleanup, job('ours'));
    const apart = await runRepeatedly(cleanup, job('apart'));

    const what = 'all 100,000 rows patched and saved';
    const workMs = medianMs(ours);
    figure({
      figure: what,
      mustReach: `< ${MOST_MS} ms`,
      measured: workMs,
      unit: 'ms',
      ok: workMs < MOST_MS,
    });
    figure(peakFigure(what, ours, MOST_MB));
    figure(peakFigure(`${what} in a child, as workers do`, apart, MOST_MB));
    const written = Math.min(...[...ours, ...apart].map(({ count }) => count));
    figure(countFigure(`${what}: cells written`, written, BIG_ROWS));

    note(jobNote('ours', ours));
    note(jobNote('ours in a child (its start counted, the memory is the child’s)', apart));
  },
};
