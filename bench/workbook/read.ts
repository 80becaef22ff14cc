import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BIG_ROWS } from './big-rows.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import type { HandsName } from './hands.ts';
import type { Job } from './job.ts';
import { countFigure, fasterFigure, jobNote, peakFigure } from './job-figures.ts';
import { runJob, runRepeatedly } from './run-job.ts';

const LEAST_TIMES = 3;
const MOST_MB = 200;

/** All rows of the big workbook with their targets, beside exceljs's full load. */
export const read: Part = {
  name: 'read',
  async run({ cleanup, figure, note, progress }) {
    const source = join(temporaryFolder(cleanup), 'big.xlsm');
    await writeBigWorkbook(source);
    const job = (by: HandsName): Job => ({ kind: 'read', by, source });

    progress('ours');
    const ours = await runRepeatedly(cleanup, job('ours'));
    const apart = await runRepeatedly(cleanup, job('apart'));
    progress('exceljs');
    const theirs = await runJob(cleanup, job('exceljs'));

    const what = '100,000 rows read with targets';
    figure(fasterFigure(what, theirs, ours, LEAST_TIMES));
    figure(peakFigure(what, ours, MOST_MB));
    figure(peakFigure(`${what} in a child, as workers do`, apart, MOST_MB));
    const same = [...ours, ...apart].every(({ digest }) => digest === theirs.digest);
    figure(countFigure(`${what}: the same by exceljs`, same ? theirs.count : null, BIG_ROWS));

    note(jobNote('ours', ours));
    note(jobNote('ours in a child (the work includes its start, the memory is the child’s)', apart));
    note(jobNote('exceljs', [theirs]));
  },
};
