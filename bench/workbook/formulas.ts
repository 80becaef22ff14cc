import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import { ALL_DEPENDENTS } from './dependents.ts';
import type { HandsName } from './hands.ts';
import { countFigure, fasterFigure, peakFigure } from './job-figures.ts';
import { measureOurs, measureTheirs } from './measure.ts';
import { readPackage } from './package-file.ts';

const CELLS = 10;
const LEAST_TIMES = 8;
const MOST_MB = 150;

/** Ten cells of the big workbook where 100,000 formulas on three sheets depend on them, beside exceljs. */
export const formulas: Part = {
  name: 'formulas',
  async run(context) {
    const { cleanup, figure } = context;
    const folder = temporaryFolder(cleanup);
    const source = join(folder, 'big.xlsm');
    await writeBigWorkbook(source, { dependents: true });
    const target = (by: HandsName): string => join(folder, `${by}.xlsm`);
    const job = (by: HandsName) => ({ kind: 'patch', by, source, target: target(by), cells: CELLS }) as const;
    const { ours, apart } = await measureOurs(context, job);
    const theirs = await measureTheirs(context, job);

    const what = `${CELLS} of 100,000 rows with 100,000 dependents patched`;
    figure(fasterFigure(what, theirs, ours, LEAST_TIMES));
    figure(peakFigure(what, ours, MOST_MB));
    figure(peakFigure(`${what}, apart`, apart, MOST_MB));
    const before = await valuesOfFormulas(source);
    for (const by of ['ours', 'apart'] as const) {
      const dropped = before - (await valuesOfFormulas(target(by)));
      figure(countFigure(`${what}, ${by}: stored values dropped`, dropped, ALL_DEPENDENTS));
    }
  },
};

async function valuesOfFormulas(path: string): Promise<number> {
  let count = 0;
  for (const [part, bytes] of await readPackage(path))
    if (part.startsWith('xl/worksheets/sheet')) count += bytes.toString().split('</f><v>').length - 1;
  return count;
}
