import { basename, join } from 'node:path';
import { TRACKING_TASKS } from '../../src/tasks/registry.ts';
import { patchWorkbook } from '../../src/workbook/patch-workbook.ts';
import { readWorkbook } from '../../src/workbook/read-workbook.ts';
import type { CellEdit, WorkbookRow } from '../../src/workbook/types.ts';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { BenchError } from '../part.ts';
import type { Part } from '../part.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { resultText } from './big-rows.ts';
import { writeBigWorkbook } from './big-workbook.ts';
import { fixtureWorkbooks } from './fixtures.ts';
import { COLUMNS } from './hands.ts';
import { countFigure } from './job-figures.ts';
import { packageDiff } from './package-diff.ts';
import { readPackage } from './package-file.ts';

const CELLS = 10;

/**
 * Every workbook of the tests and of this bench, some cells patched: where no formula depends on them, no part but the
 * sheet may differ.
 */
export const parts: Part = {
  name: 'parts',
  async run({ cleanup, figure, note }) {
    const folder = temporaryFolder(cleanup);
    const target = join(folder, 'patched');
    let others = 0;
    for (const source of [...(await fixtureWorkbooks(note)), ...(await ownWorkbooks(folder))]) {
      const { rows } = await readWorkbook(source, { columns: COLUMNS });
      const edits = someEdits(rows);
      const { outcomes, notes } = await patchWorkbook(source, target, { columns: COLUMNS, edits });
      const written = outcomes.filter(({ outcome }) => outcome === 'written').length;
      const name = basename(source);
      // Else it is a plain copy that is looked at.
      if (written === 0) throw new BenchError('BENCH_ANSWER', `${name}: no cell was written`);

      const before = await readPackage(source);
      const { lost, changed, added } = packageDiff(before, await readPackage(target));
      const depends = notes.some((each) => each.startsWith('calculated on opening'));
      // One part is to differ: the sheet.
      if (!depends) others += lost.length + added.length + changed.length - 1;
      note(
        `${name}: ${before.size} parts, ${written} cells written, changed: ${changed.join(', ')}${depends ? ' (formulas depend on C)' : ''}`,
      );
    }
    figure(
      countFigure(
        'other parts changed or lost where nothing depends on C, over every test workbook',
        others,
        0,
      ),
    );
  },
};

async function ownWorkbooks(folder: string): Promise<string[]> {
  const big = join(folder, 'big.xlsm');
  await writeBigWorkbook(big);
  const samples: string[] = [];
  for (const { name: task } of TRACKING_TASKS) {
    const path = join(folder, `${task}.xlsx`);
    await writeSampleWorkbook(path, { task, rows: 24, invalidRow: true });
    samples.push(path);
  }
  return [...samples, big];
}

/** For rows all over the sheet; a person's own texts are overwritten, too. */
function someEdits(rows: readonly WorkbookRow[]): CellEdit[] {
  const step = Math.ceil(rows.length / CELLS);
  return rows
    .filter((_, index) => index % step === 0)
    .map(({ row, input, inputUrl, email, occurrence }) => ({
      id: String(row),
      input,
      inputUrl,
      email,
      occurrence,
      text: resultText(row),
      status: null,
      recorded: null,
      fresh: true,
    }));
}
