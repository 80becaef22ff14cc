import { basename, join } from 'node:path';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { fixtureWorkbooks } from './fixtures.ts';
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

    const sources = await fixtureWorkbooks(note);
    const [before, after] = [temporaryFolder(cleanup), temporaryFolder(cleanup)];
    for (const source of sources) await writeResults(source, join(after, basename(source)), null);
    // One of them stores a sum that was wrong before: not a writeback's to mend.
    const known = await shownWrongly(before, sources);
    const found = await shownWrongly(
      after,
      sources.map((source) => join(after, basename(source))),
    );
    const cells = [...found].flatMap(([name, list]) => {
      const old = known.get(name) ?? [];
      return list.filter((cell) => !old.includes(cell)).map((cell) => `${name}: ${cell}`);
    });
    for (const cell of cells.slice(0, 5)) note(cell);
    const what = `${sources.length} workbooks of the tests: cells shown wrongly after a writeback`;
    figure(countFigure(what, cells.length, 0));
  },
};
