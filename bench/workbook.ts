import type { Part } from './part.ts';
import { all } from './workbook/all.ts';
import { formulas } from './workbook/formulas.ts';
import { large } from './workbook/large.ts';
import { parts } from './workbook/parts.ts';
import { patch } from './workbook/patch.ts';
import { read } from './workbook/read.ts';
import { recalculated } from './workbook/recalculated.ts';
import { saved } from './workbook/saved.ts';

/** Workbooks of 100,000 rows, beside exceljs in the same run; each piece of work in a process of its own. */
export const workbook: readonly Part[] = [patch, formulas, read, all, parts, saved, recalculated, large];
