import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FIXTURES } from './big-workbook.ts';
import { countFigure } from './job-figures.ts';
import { madeWorkbooks, shownWrongly, writeResults, writtenWorkbooks } from './oracle/compare.ts';

const MADE = 1000;
/** LibreOffice opens so many in one run. */
const GROUP = 50;
const SEED = 20_261_128;

/** After a writeback: what LibreOffice shows as it is stored against what it calculates anew. */
export const recalculated: Part = {
  name: 'recalculated',
  async run({ cleanup, figure, note, progress, rows }) {
    const made = madeWorkbooks(rows ?? MADE, SEED);
    let formulas = 0;
    let wrong = 0;
    for (let from = 0; from < made.length; from += GROUP) {
      progress(`${from} of ${made.length} workbooks`);
      const group = made.slice(from, from + GROUP);
      const folder = temporaryFolder(cleanup);
      const written = await writtenWorkbooks(folder, group);
      const found = await shownWrongly(folder, written);
      for (const [name, cells] of found) note(`${from} ${name}: ${cells.slice(0, 3).join('; ')}`);
      wrong += [...found.values()].flat().length;
      formulas += group.reduce((sum, each) => sum + each.formulas.length, 0);
    }
    note(`${formulas} formulas in ${made.length} workbooks made up, seed ${SEED}`);
    figure(countFigure(`${made.length} workbooks made up: cells shown wrongly after a writeback`, wrong, 0));

    const folder = temporaryFolder(cleanup);
    await mkdir(join(folder, 'written'));
    const names = readdirSync(FIXTURES).filter((name) => /\.xls[xm]$/.test(name));
    const written = names.map((name) => join(folder, 'written', name));
    for (const [at, name] of names.entries())
      await writeResults(join(FIXTURES, name), written[at] ?? '', null);
    const found = await shownWrongly(folder, written);
    for (const [name, cells] of found) note(`${name}: ${cells.slice(0, 3).join('; ')}`);
    const cells = [...found.values()].flat().length;
    figure(
      countFigure(`${names.length} workbooks of the tests: cells shown wrongly after a writeback`, cells, 0),
    );
  },
};
