import type { WorkbookLimits } from '../limits.ts';
import type {
  CellEdit,
  PatchReport,
  Recalculate,
  SignedWorkbooks,
  WorkbookColumns,
  WorkbookErrorCode,
  WorkbookRow,
} from '../types.ts';

/** What every job names: the same as the functions of the same name take. */
interface JobBase {
  path: string;
  name: string;
  columns: WorkbookColumns;
  limits: Partial<WorkbookLimits>;
  signedWorkbooks: SignedWorkbooks;
}

export interface ReadJob extends JobBase {
  kind: 'read';
}

export interface PatchJob extends JobBase {
  kind: 'patch';
  targetPath: string;
  recalculate: Recalculate;
  /** Edits follow in messages of their own, so many in all. */
  editCount: number;
}

/** To the child, plain JSON: one job, then the edits of a patch. */
export type ToChild = ReadJob | PatchJob | { kind: 'edits'; edits: CellEdit[] };

/** From the child: rows in groups, then how it ended. */
export type FromChild =
  | { kind: 'rows'; rows: WorkbookRow[] }
  | { kind: 'read'; sheet: string; warnings: string[] }
  | { kind: 'outcomes'; outcomes: PatchReport['outcomes'] }
  | { kind: 'patched'; sheet: string; notes: string[] }
  | { kind: 'failed'; code: WorkbookErrorCode; message: string };

/** Rows, edits or outcomes a message: about half a megabyte of JSON, so that neither side holds a copy of all. */
export const GROUP_SIZE = 2000;

export function* groupsOf<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += GROUP_SIZE) yield items.slice(from, from + GROUP_SIZE);
}
