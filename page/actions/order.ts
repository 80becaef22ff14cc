import type { Action, ActionRequest, BatchStatus, RowFilter } from '../../src/http/api/contract.ts';

/** What a person is about to do. */
export interface Order {
  action: Action;
  rows?: readonly number[];
  filter?: RowFilter;
}

export function requestOf(
  { action, rows, filter }: Order,
  { id, why, drop }: { id: string; why: string; drop: boolean },
): ActionRequest {
  return {
    action,
    id,
    why: why.trim() === '' ? null : why.trim(),
    ...(rows === undefined ? {} : { rows: [...rows] }),
    ...(filter === undefined ? {} : { filter }),
    ...(action === 'cancel' ? { drop } : {}),
  };
}

/** The actions that a whole batch can have now. */
export function actionsOf({ state, workbook }: BatchStatus): Action[] {
  const write: Action[] = workbook === null ? [] : ['write'];
  switch (state) {
    case 'running':
      return ['pause', ...write, 'cancel'];
    case 'paused':
      return ['resume', ...write, 'cancel'];
    case 'completed':
    case 'cancelled':
    case 'failed':
      return write;
  }
}

/** Of those that take rows, or write them, there must be some. */
export function isNothing(
  action: Action,
  { takes, unwritten }: { takes: number; unwritten: number },
): boolean {
  switch (action) {
    case 'retry':
    case 'give-up':
      return takes === 0;
    case 'write':
      return unwritten === 0;
    case 'pause':
    case 'resume':
    case 'cancel':
      return false;
  }
}
