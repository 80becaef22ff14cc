import { rm } from 'node:fs/promises';
import { basename } from 'node:path';

import { groupsOf } from './messages.ts';
import type { FromChild, ToChild } from './messages.ts';
import { columnRoles } from '../sheet/columns.ts';
import { checkTarget } from '../patch-workbook.ts';
import type { PatchWorkbookOptions } from '../patch-workbook.ts';
import type { ReadWorkbookOptions } from '../read-workbook.ts';
import { DEFAULT_CHILD_LIMITS, runChild } from './process.ts';
import type { ChildLimits } from './process.ts';
import { partialPath } from '../zip/write-patched.ts';
import type { CellOutcome, PatchReport, WorkbookContent, WorkbookRow } from '../types.ts';

export interface ApartOptions {
  /** Aborting ends the process and rejects with the signal's reason. */
  signal?: AbortSignal;
  child?: Partial<ChildLimits>;
}

/**
 * `readWorkbook` in a process of its own, with limits on memory and time, ended with the workbook.
 *
 * @throws {WorkbookError} as `readWorkbook`, and `WORKBOOK_TIMEOUT`, `WORKBOOK_TOO_LARGE`, `WORKBOOK_CRASHED`
 */
export async function readWorkbookApart(
  path: string,
  options: ReadWorkbookOptions & ApartOptions,
): Promise<WorkbookContent> {
  const { columns, name = basename(path), limits = {}, signedWorkbooks = 'warn' } = options;
  columnRoles(columns);
  const rows: WorkbookRow[] = [];
  return runChild({
    name,
    limits: { ...DEFAULT_CHILD_LIMITS, ...options.child },
    signal: options.signal,
    messages: [{ kind: 'read', path, name, columns, limits, signedWorkbooks }],
    take: (message: FromChild): WorkbookContent | undefined => {
      if (message.kind === 'rows') rows.push(...message.rows);
      return message.kind === 'read' ? { sheet: message.sheet, rows, warnings: message.warnings } : undefined;
    },
  });
}

/**
 * `patchWorkbook` in a process of its own, with limits on memory and time, ended with the workbook. On failure nothing
 * is left at `targetPath`, even when the process was killed.
 *
 * @throws {WorkbookError} as `patchWorkbook`, and `WORKBOOK_TIMEOUT`, `WORKBOOK_TOO_LARGE`, `WORKBOOK_CRASHED`
 */
export async function patchWorkbookApart(
  sourcePath: string,
  targetPath: string,
  options: PatchWorkbookOptions & ApartOptions,
): Promise<PatchReport> {
  const { columns, edits, name = basename(sourcePath), limits = {} } = options;
  const { recalculate = 'auto', signedWorkbooks = 'warn' } = options;
  columnRoles(columns);
  await checkTarget(sourcePath, targetPath);
  const outcomes: CellOutcome[] = [];
  function* messages(): Generator<ToChild> {
    const job = { name, columns, limits, recalculate, signedWorkbooks, editCount: edits.length };
    yield { kind: 'patch', path: sourcePath, targetPath, ...job };
    for (const group of groupsOf(edits)) yield { kind: 'edits', edits: group };
  }
  try {
    return await runChild({
      name,
      limits: { ...DEFAULT_CHILD_LIMITS, ...options.child },
      signal: options.signal,
      messages: messages(),
      take: (message: FromChild): PatchReport | undefined => {
        if (message.kind === 'outcomes') outcomes.push(...message.outcomes);
        if (message.kind !== 'patched') return undefined;
        const { sheet, notes } = message;
        return { sheet, outcomes, notes };
      },
    });
  } catch (error) {
    await rm(targetPath, { force: true });
    await rm(partialPath(targetPath), { force: true });
    throw error;
  }
}
