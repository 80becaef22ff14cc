import type { RowFilter } from '../../src/http/api/contract.ts';
import type { Order } from '../actions/order.ts';
import { useSurroundings } from '../surroundings.ts';
import { isEmpty } from './row-filter.ts';

interface RowStepsProps {
  chosen: ReadonlySet<number>;
  onChosen: (rows: ReadonlySet<number>) => void;
  filter: RowFilter;
  found: number;
  onOrder: (order: Order) => void;
}

/** What can be done to the rows chosen, else to those found; to all at once nothing can. */
export function RowSteps({ chosen, onChosen, filter, found, onOrder }: RowStepsProps) {
  const { t, format, mayAct } = useSurroundings();
  if (!mayAct) return null;
  const rows = [...chosen].sort((a, b) => a - b);
  if (rows.length > 0)
    return (
      <div class="steps chosen" role="group" aria-label={t.batch.steps}>
        <span role="status">{t.rows.chosen(format.number(rows.length), rows.length)}</span>
        <button type="button" class="primary" onClick={() => onOrder({ action: 'retry', rows })}>
          {t.rows.retryChosen}
        </button>
        <button type="button" onClick={() => onOrder({ action: 'give-up', rows })}>
          {t.rows.giveUpChosen}
        </button>
        <button type="button" class="plain" onClick={() => onChosen(new Set())}>
          {t.rows.unchoose}
        </button>
      </div>
    );
  const { state } = filter;
  const mayRetry = state !== 'completed' && state !== 'invalid';
  const mayGiveUp = mayRetry && state !== 'failed';
  if (isEmpty(filter) || found === 0 || !mayRetry) return <p class="steps quiet">{t.rows.nothingChosen}</p>;
  return (
    <div class="steps" role="group" aria-label={t.batch.steps}>
      <button type="button" onClick={() => onOrder({ action: 'retry', filter })}>
        {t.rows.retryFound} ({format.number(found)})
      </button>
      {mayGiveUp ? (
        <button type="button" onClick={() => onOrder({ action: 'give-up', filter })}>
          {t.rows.giveUpFound} ({format.number(found)})
        </button>
      ) : null}
    </div>
  );
}
