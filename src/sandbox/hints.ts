import type { FaultKind } from './fault-kinds.ts';
import { FAULTS } from './fault-kinds.ts';
import { markersIn } from './fault-markers.ts';

/** The hints written into a text itself, without any rule of the control endpoint. */
export function hintsIn(text: string): FaultKind[] {
  return markersIn(text)
    .map(({ kind }) => kind)
    .filter((kind) => FAULTS[kind] === 'data');
}
