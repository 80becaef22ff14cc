import type { BatchView } from '../../src/http/api/contract.ts';
import { actionsOf } from '../actions/order.ts';
import type { Order } from '../actions/order.ts';
import { batchPath } from '../api.ts';
import { batchName } from '../parts/batch-name.ts';
import { Icon } from '../parts/icon.tsx';
import { Progress, ROW_STATES } from '../parts/progress.tsx';
import { BatchStateBadge } from '../parts/states.tsx';
import { hashOf } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { BatchFacts } from './batch-facts.tsx';
import { showRows } from './show-rows.ts';

interface BatchHeadProps {
  view: BatchView;
  route: Route;
  onOrder: (order: Order) => void;
}

export function BatchHead({ view, route, onOrder }: BatchHeadProps) {
  const { t, format, me, mayAct } = useSurroundings();
  const { status, inFlight } = view;
  const { batchId, counts, workflowId, runId } = status;
  const run = runId === null ? '' : `/${encodeURIComponent(runId)}/history`;
  return (
    <section class="batch-head" aria-labelledby="batch">
      <div class="section-head">
        <h1 id="batch" tabIndex={-1}>
          {batchName(status, t)}
        </h1>
        {mayAct ? (
          <div class="buttons" role="group" aria-label={t.batch.steps}>
            {actionsOf(status).map((action) => (
              <button type="button" key={action} onClick={() => onOrder({ action })}>
                {t.actions[action].label}
              </button>
            ))}
          </div>
        ) : null}
      </div>
      <div class="state-line">
        <div class="state-line" aria-live="polite">
          <BatchStateBadge state={status.state} />
          {status.reason === null ? null : <span>{status.reason}</span>}
        </div>
        {inFlight.jobs === 0 ? null : (
          <span class="quiet">
            {t.batch.inFlight(
              format.number(inFlight.jobs),
              inFlight.lastAt === null ? null : format.time(inFlight.lastAt),
              inFlight.jobs,
            )}
          </span>
        )}
      </div>
      <Progress counts={counts} />
      <ul class="counts">
        {ROW_STATES.filter((state) => counts[state] > 0).map((state) => (
          <li key={state}>
            <a href={hashOf({ ...route, row: null, params: { state } })} onClick={showRows}>
              <span class={`swatch part-${state}`} />
              {t.codes.rowState[state]} <b>{format.number(counts[state])}</b>
            </a>
          </li>
        ))}
      </ul>
      <BatchFacts status={status} />
      <div class="links">
        {me.webUi === null ? null : (
          <a
            href={`${me.webUi}/workflows/${encodeURIComponent(workflowId)}${run}`}
            target="_blank"
            rel="noreferrer"
          >
            <Icon name="out" />
            {t.batch.temporal}
          </a>
        )}
        {status.workbook === null ? (
          <a href={`${batchPath(batchId)}/rows.csv`} download="">
            <Icon name="down" />
            {t.batch.rowsCsv}
          </a>
        ) : (
          <a href={`${batchPath(batchId)}/workbook`} download="">
            <Icon name="down" />
            {t.batch.workbook}
          </a>
        )}
        {counts.failed + counts.invalid === 0 ? null : (
          <a href={`${batchPath(batchId)}/failed.csv`} download="">
            <Icon name="down" />
            {t.batch.failedCsv}
          </a>
        )}
      </div>
    </section>
  );
}
