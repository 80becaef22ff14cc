import type { BatchView, RowPage } from '../../src/http/api/contract.ts';
import type { Order } from '../actions/order.ts';
import { batchPath, query } from '../api.ts';
import { useLive } from '../live.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { everyMsOf } from './every-ms.ts';
import { filterOf } from './row-filter.ts';
import { RowPager } from './row-pager.tsx';
import { RowSteps } from './row-steps.tsx';
import { RowStory } from './row-story.tsx';
import { RowTable } from './row-table.tsx';
import { RowTools } from './row-tools.tsx';

const PAGE = 100;

interface RowsProps {
  view: BatchView;
  route: Route;
  chosen: ReadonlySet<number>;
  onChosen: (rows: ReadonlySet<number>) => void;
  onOrder: (order: Order) => void;
}

/** The batch's rows, filtered; one row's story beside them. */
export function Rows({ view, route, chosen, onChosen, onOrder }: RowsProps) {
  const { t } = useSurroundings();
  const { batchId } = view.status;
  const filter = filterOf(route);
  const after = route.params['after'] ?? '';
  const { data, error, isStale } = useLive<RowPage>(
    `${batchPath(batchId)}/rows${query({ ...filter, after, limit: PAGE })}`,
    everyMsOf(view),
  );
  return (
    <section class={route.row === null ? 'rows' : 'rows with-story'} aria-labelledby="rows">
      <div class="rows-main">
        <h2 id="rows" tabIndex={-1}>
          {t.rows.title}
        </h2>
        <RowTools view={view} route={route} found={data?.found ?? null} />
        <RowSteps
          chosen={chosen}
          onChosen={onChosen}
          filter={filter}
          found={data?.found ?? 0}
          onOrder={onOrder}
        />
        {error === null ? null : <p class="banner bad">{error}</p>}
        {data === null ? (
          <p class="quiet">{error === null ? t.app.loading : null}</p>
        ) : (
          <div aria-busy={isStale}>
            <RowTable rows={data.rows} route={route} chosen={chosen} onChosen={onChosen} />
            <RowPager page={data} route={route} />
          </div>
        )}
      </div>
      {route.row === null ? null : (
        <RowStory key={route.row} view={view} row={route.row} route={route} onOrder={onOrder} />
      )}
    </section>
  );
}
