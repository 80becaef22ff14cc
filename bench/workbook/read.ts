import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BIG_ROWS } from './big-rows.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import type { HandsName } from './hands.ts';
import { countFigure, fasterFigure, peakFigure } from './job-figures.ts';
import { measureOurs, measureTheirs } from './measure.ts';

const LEAST_TIMES = 3;
const MOST_MB = 200;

/** All rows of the big workbook with their targets, beside exceljs's full load. */
export const read: Part = {
  name: 'read',
  async run(context) {
    const { cleanup, figure } = context;
    const source = join(temporaryFolder(cleanup), 'big.xlsm');
    await writeBigWorkbook(source);
    const job = (by: HandsName) => ({ kind: 'read', by, source }) as const;
    const { ours, apart } = await measureOurs(context, job);
    const theirs = await measureTheirs(context, job);

    const what = '100,000 rows read';
    figure(fasterFigure(what, theirs, ours, LEAST_TIMES));
    figure(peakFigure(what, ours, MOST_MB));
    figure(peakFigure(`${what}, apart`, apart, MOST_MB));
    const same = [...ours, ...apart].every(({ digest }) => digest === theirs.digest);
    figure(countFigure(`${what}: the same as by exceljs`, same ? theirs.count : null, BIG_ROWS));
  },
};
