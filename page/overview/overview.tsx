import { useEffect, useState } from 'preact/hooks';
import type { AccountView } from '../../src/http/api/contract.ts';
import { useLive } from '../live.ts';
import type { Route } from '../router.ts';
import { StartDialog } from '../start/start-dialog.tsx';
import { useDroppedFile } from '../start/dropped-file.ts';
import { useSurroundings } from '../surroundings.ts';
import { AlertLinks } from '../alerts/alert-links.tsx';
import { Attention } from './attention.tsx';
import { BatchTable } from './batch-table.tsx';
import { Budget } from './budget.tsx';
import { Health } from './health.tsx';
import { Queues } from './queues.tsx';

/** The server reads it anew no sooner. */
const ACCOUNT_EVERY_MS = 5_000;

/** Everything at a glance: what needs somebody, the batches, the account, the queues. */
export function Overview({ route }: { route: Route }) {
  const { t, mayAct } = useSurroundings();
  const { data: account, error } = useLive<AccountView>('/api/account', ACCOUNT_EVERY_MS);
  const [start, setStart] = useState<{ file: File | null } | null>(null);
  const isOver = useDroppedFile(mayAct && start === null, (file) => setStart({ file }));
  useEffect(() => {
    document.title = 'Tsuiseki';
  }, []);
  return (
    <div class="overview">
      <h1 class="hidden" tabIndex={-1}>
        {t.app.overview}
      </h1>
      {account === null ? null : <Attention account={account} />}
      <AlertLinks />
      <div class="columns">
        <BatchTable route={route} onStart={mayAct ? () => setStart({ file: null }) : null} />
        <div class="side">
          {error === null ? null : <p class="banner bad">{error}</p>}
          {account === null ? (
            <p class="quiet">{t.app.loading}</p>
          ) : (
            <>
              <Budget account={account} />
              <Health account={account} />
              <Queues queues={account.queues} />
            </>
          )}
        </div>
      </div>
      {isOver ? <div class="drop">{t.start.drop}</div> : null}
      {start === null ? null : <StartDialog file={start.file} onClose={() => setStart(null)} />}
    </div>
  );
}
