import type { BatchView } from '../../src/http/api/contract.ts';
import type { Order } from '../actions/order.ts';
import { Icon } from '../parts/icon.tsx';
import { hashOf } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { showRows } from './show-rows.ts';

interface FailuresProps {
  view: BatchView;
  route: Route;
  onOrder: (order: Order) => void;
}

/** Rows that failed, by why, each with what to do about it. */
export function Failures({ view, route, onOrder }: FailuresProps) {
  const { t, format, mayAct } = useSurroundings();
  const { failed } = view.status.counts;
  if (view.reasons.length === 0) return null;
  return (
    <section class="failures" aria-labelledby="failures">
      <div class="section-head">
        <h2 id="failures">{t.failures.title}</h2>
        {mayAct && failed > 0 ? (
          <button type="button" onClick={() => onOrder({ action: 'retry', filter: { state: 'failed' } })}>
            <Icon name="again" />
            {t.failures.retryAll(format.number(failed), failed)}
          </button>
        ) : null}
      </div>
      <ul>
        {view.reasons.map(({ reason, state, rows, example }) => {
          const [what, todo] = t.codes.reason[reason] ?? t.codes.reason.other;
          return (
            <li key={`${state} ${reason}`} class={`failure failure-${state}`}>
              <span class="failure-count">
                <b>{format.number(rows)}</b> {t.codes.rowState[state]}
              </span>
              <div class="failure-text">
                <strong>{what}</strong>
                <span>{todo}</span>
                <span class="quiet small">
                  {t.failures.example}: <q class="verbatim">{example}</q>
                </span>
              </div>
              <div class="buttons">
                <a
                  class="button"
                  href={hashOf({ ...route, row: null, params: { state, reason } })}
                  onClick={showRows}
                >
                  {t.failures.show}
                </a>
                {mayAct && state === 'failed' ? (
                  <button
                    type="button"
                    class="accent"
                    onClick={() => onOrder({ action: 'retry', filter: { state, reason } })}
                  >
                    {t.failures.retryThese}
                  </button>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
