import { useEffect, useState } from 'preact/hooks';
import type { BatchView } from '../../src/http/api/contract.ts';
import { ActionDialog } from '../actions/action-dialog.tsx';
import type { Order } from '../actions/order.ts';
import { batchPath } from '../api.ts';
import { useLive } from '../live.ts';
import { batchName } from '../parts/batch-name.ts';
import { Icon } from '../parts/icon.tsx';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { everyMsOf } from './every-ms.ts';
import { BatchHead } from './batch-head.tsx';
import { Failures } from './failures.tsx';
import { History } from './history.tsx';
import { Rows } from './rows.tsx';

/** One batch: where it is, why rows failed, its rows, who did what. */
export function BatchPage({ batchId, route }: { batchId: string; route: Route }) {
  const { t } = useSurroundings();
  const { data: view, error } = useLive<BatchView>(batchPath(batchId), everyMsOf);
  const [order, setOrder] = useState<Order | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const name = view === null ? batchId : batchName(view.status, t);
  useEffect(() => {
    document.title = `${name} · Tsuiseki`;
  }, [name]);
  return (
    <div class="batch">
      <a class="back" href="#/">
        <Icon name="back" />
        {t.app.overview}
      </a>
      {error === null ? null : (
        <p class="banner bad" role="alert">
          {error}
        </p>
      )}
      {view === null ? (
        <>
          <h1 tabIndex={-1}>{name}</h1>
          {error === null ? <p class="quiet">{t.app.loading}</p> : null}
        </>
      ) : (
        <>
          <BatchHead view={view} route={route} onOrder={setOrder} />
          <Failures view={view} route={route} onOrder={setOrder} />
          <Rows view={view} route={route} chosen={chosen} onChosen={setChosen} onOrder={setOrder} />
          <History actions={view.actions} notes={view.status.notes} />
        </>
      )}
      {view === null || order === null ? null : (
        <ActionDialog
          status={view.status}
          order={order}
          onDone={() =>
            setChosen((all) => new Set([...all].filter((row) => order.rows?.includes(row) !== true)))
          }
          onClose={() => setOrder(null)}
        />
      )}
    </div>
  );
}
