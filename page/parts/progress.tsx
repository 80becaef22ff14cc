import type { BatchStatus, RowState } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';

/** From what is done to what is to come. */
export const ROW_STATES: readonly RowState[] = [
  'completed',
  'failed',
  'invalid',
  'redirected',
  'published',
  'pending',
];

/** Rows by state, as a bar of their parts. */
export function Progress({ counts }: { counts: BatchStatus['counts'] }) {
  const { t, format } = useSurroundings();
  const present = ROW_STATES.filter((state) => counts[state] > 0);
  const label = present.map((state) => `${t.codes.rowState[state]} ${format.number(counts[state])}`);
  return (
    <div
      class="progress"
      role="img"
      aria-label={label.length === 0 ? t.batches.doneOf('0', '0') : format.list(label)}
    >
      {present.map((state) => (
        <span
          key={state}
          class={`part-${state}`}
          style={{ width: `${(100 * counts[state]) / counts.total}%` }}
        />
      ))}
    </div>
  );
}
