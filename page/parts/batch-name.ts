import type { BatchStatus } from '../../src/http/api/contract.ts';
import type { Texts } from '../texts/texts.ts';

/** What people call a batch: its workbook's file name, or where its rows came from. */
export function batchName({ workbook, rowsFrom }: BatchStatus, t: Texts): string {
  if (workbook === null) return rowsFrom ?? t.batches.rowsWithoutWorkbook;
  return fileName(workbook);
}

/** The last part of a path. */
export const fileName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
