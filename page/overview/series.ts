import type { BudgetPoint } from '../../src/http/api/contract.ts';

/** From the ground up. */
export const SERIES = ['publish', 'download', 'check', 'foreign', 'kept'] as const;
export type Series = (typeof SERIES)[number];

export const totalOf = (point: BudgetPoint): number => SERIES.reduce((sum, series) => sum + point[series], 0);
