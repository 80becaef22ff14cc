import type { BatchState, RowState } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

const BATCH_SIGNS: Readonly<Record<BatchState, IconName>> = {
  running: 'play',
  paused: 'pause',
  completed: 'check',
  cancelled: 'stop',
  failed: 'cross',
};

const ROW_SIGNS: Readonly<Record<RowState, IconName>> = {
  pending: 'clock',
  published: 'dots',
  redirected: 'again',
  completed: 'check',
  failed: 'cross',
  invalid: 'warn',
};

export function BatchStateBadge({ state }: { state: BatchState }) {
  const { t } = useSurroundings();
  return (
    <span class={`state state-${state}`}>
      <Icon name={BATCH_SIGNS[state]} />
      {t.codes.batchState[state]}
    </span>
  );
}

export function RowStateBadge({ state }: { state: RowState }) {
  const { t } = useSurroundings();
  return (
    <span class={`state state-${state}`}>
      <Icon name={ROW_SIGNS[state]} />
      {t.codes.rowState[state]}
    </span>
  );
}
