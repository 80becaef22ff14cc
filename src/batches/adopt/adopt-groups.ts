import { basename } from 'node:path';
import { runningBatch } from '../../db/batches.ts';
import type { NewBatch } from '../../db/batches.ts';
import { errorMessage } from '../../errors.ts';
import { FileError } from '../../files/types.ts';
import { columnsOf } from '../../settings/by-task.ts';
import type { Settings } from '../../settings/settings.ts';
import type { TrackingTask } from '../../tasks/types.ts';
import { readWorkbookApart } from '../../workbook/apart/apart.ts';
import { WorkbookError } from '../../workbook/types.ts';
import { givenContent } from '../given-rows/given-content.ts';
import { COLUMNS_OF_ROWS, withIds } from '../new-batch.ts';
import { startTarget } from '../start-target.ts';
import { withCopy } from '../workbook-copy.ts';
import type { WorkbookCopy, WorkbookDeps } from '../workbook-copy.ts';
import { refusedLine } from './adopt-error.ts';
import type { AdoptLine } from './adopt-file.ts';
import { matchLines } from './match-lines.ts';
import { planAdopted } from './plan-adopted.ts';
import type { AdoptedRows } from './plan-adopted.ts';

export interface AdoptDeps extends WorkbookDeps {
  settings: Settings;
}

/** What becomes one batch: the lines of a task and a workbook, or of a task without one. */
export interface AdoptGroup {
  batch: NewBatch;
  adopted: AdoptedRows;
  /** The first of its lines. */
  line: number;
  /** The version of the workbook that was read; null: it has none. */
  version: WorkbookCopy['version'] | null;
}

interface Target {
  task: TrackingTask;
  workbook: string | null;
  lines: AdoptLine[];
}

/**
 * Reads the workbooks of some lines, and finds each line's row in its own. `from`: the file's name, for people.
 *
 * @throws {AdoptError} a workbook that cannot be read or has a running batch, or a line whose row is not in it
 */
export async function adoptGroups(
  deps: AdoptDeps,
  lines: readonly AdoptLine[],
  from: string,
): Promise<AdoptGroup[]> {
  const groups: AdoptGroup[] = [];
  for (const target of await targetsOf(deps, lines)) {
    const { workbook } = target;
    groups.push(
      workbook === null ? withoutWorkbook(target, from) : await withWorkbook(deps, target, workbook),
    );
  }
  return groups;
}

/** One a task and real path, however the path is written. */
async function targetsOf({ files }: AdoptDeps, lines: readonly AdoptLine[]): Promise<Target[]> {
  const pathOf = new Map<string, string>();
  const targets = new Map<string, Target>();
  for (const each of lines) {
    const { line, task, workbook: written } = each;
    let workbook = written === null ? null : (pathOf.get(written) ?? null);
    if (written !== null && workbook === null) {
      const named = { workbook: written, task: task.name };
      workbook = (await told(line, () => startTarget(files, named))).path;
      pathOf.set(written, workbook);
    }
    const key = JSON.stringify([task.name, workbook]);
    const target = targets.get(key) ?? { task, workbook, lines: [] };
    targets.set(key, target);
    target.lines.push(each);
  }
  return [...targets.values()];
}

/** What is wrong with a file is told with the line that names it. */
async function told<T>(line: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError || error instanceof WorkbookError)
      throw refusedLine(line, errorMessage(error), error);
    throw error;
  }
}

const firstLine = ({ lines }: Target): number => lines[0]?.line ?? 0;

function withoutWorkbook(target: Target, rowsFrom: string): AdoptGroup {
  const { task, lines } = target;
  const cells = lines.map(({ line, a, b }) => ({ row: line, a, b }));
  const adopted = planAdopted(task, lines, givenContent(cells, rowsFrom), []);
  const batch = withIds({
    task: task.name,
    workbook: null,
    rowsFrom,
    columns: COLUMNS_OF_ROWS,
    chosenRows: null,
    fresh: false,
    sheet: rowsFrom,
  });
  return { batch, adopted, line: firstLine(target), version: null };
}

async function withWorkbook(deps: AdoptDeps, target: Target, named: string): Promise<AdoptGroup> {
  const { task, lines } = target;
  const line = firstLine(target);
  const running = await runningBatch(deps.database.db, named, task.name);
  if (running !== null) throw refusedLine(line, runningText(running.id, named));
  const columns = columnsOf(deps.settings, task);
  const { signedWorkbooks } = deps.settings;
  return told(line, () =>
    withCopy(deps, named, 'path', async ({ path, workbook, version }) => {
      const content = await readWorkbookApart(path, { columns, name: basename(workbook), signedWorkbooks });
      const rows = matchLines(task, lines, content.rows);
      const missing = lines.filter((_, index) => rows[index] === null);
      const [first] = missing;
      if (first !== undefined) {
        const more = missing.length > 1 ? `, nor of ${missing.length - 1} more lines` : '';
        throw refusedLine(first.line, `${workbook} has no row, or no further row, of its a and b${more}`);
      }
      const meant = rows.flatMap((row) => row ?? []);
      const adopted = planAdopted(task, lines, meant, content.warnings);
      const batch = withIds({
        task: task.name,
        workbook,
        columns,
        chosenRows: meant.map(({ row }) => row).toSorted((one, other) => one - other),
        fresh: false,
        sheet: content.sheet,
      });
      return { batch, adopted, line, version };
    }),
  );
}

/** Why a workbook takes no batch. */
export function runningText(batchId: string, workbook: string): string {
  return `batch ${batchId} runs for ${workbook}; adopt when it has ended`;
}
