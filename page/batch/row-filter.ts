import type { Reason, RowFilter, RowState } from '../../src/http/api/contract.ts';
import type { Route } from '../router.ts';

/** The filter that the address holds; what a person typed there wrong, the server refuses. */
export function filterOf({ params }: Route): RowFilter {
  const { state, reason, q } = params;
  return {
    ...(state === undefined ? {} : { state: state as RowState }),
    ...(reason === undefined ? {} : { reason: reason as Reason }),
    ...(q === undefined ? {} : { q }),
  };
}

export const isEmpty = (filter: RowFilter): boolean => Object.keys(filter).length === 0;
