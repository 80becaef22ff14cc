import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BIG_SHEET } from './big-sheet.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import type { HandsName } from './hands.ts';
import { countFigure, fasterFigure, peakFigure } from './job-figures.ts';
import { measureOurs, measureTheirs } from './measure.ts';
import { changedCells, packageDiff } from './package-diff.ts';
import { readPackage } from './package-file.ts';

const CELLS = 10;
const LEAST_TIMES = 15;
const MOST_MB = 100;

/** Ten cells of the big workbook and nothing else, beside exceljs's load and save. */
export const patch: Part = {
  name: 'patch',
  async run(context) {
    const { cleanup, figure, note } = context;
    const folder = temporaryFolder(cleanup);
    const source = join(folder, 'big.xlsm');
    await writeBigWorkbook(source);
    const target = (by: HandsName): string => join(folder, `${by}.xlsm`);
    const job = (by: HandsName) => ({ kind: 'patch', by, source, target: target(by), cells: CELLS }) as const;
    const { ours, apart } = await measureOurs(context, job);
    const theirs = await measureTheirs(context, job);

    const what = `${CELLS} of 100,000 rows patched`;
    figure(fasterFigure(what, theirs, ours, LEAST_TIMES));
    figure(peakFigure(what, ours, MOST_MB));
    figure(peakFigure(`${what}, apart`, apart, MOST_MB));

    const before = await readPackage(source);
    const sheet = (parts: ReadonlyMap<string, Buffer>): string => parts.get(BIG_SHEET)?.toString() ?? '';
    for (const by of ['ours', 'apart'] as const) {
      const after = await readPackage(target(by));
      const { lost, changed, added } = packageDiff(before, after);
      const others = [...lost, ...added, ...changed.filter((part) => part !== BIG_SHEET)];
      const cells = changedCells(sheet(before), sheet(after));
      figure(countFigure(`${what}, ${by}: other parts changed or lost`, others.length, 0));
      figure(countFigure(`${what}, ${by}: cells that differ`, cells?.length ?? null, CELLS));
    }
    const { lost, changed } = packageDiff(before, await readPackage(target('exceljs')));
    note(
      `exceljs: of ${before.size} parts ${changed.length} changed, ${lost.length} lost: ${lost.join(', ')}`,
    );
  },
};
