import { useState } from 'preact/hooks';
import type { AccountView, BudgetPoint } from '../../src/http/api/contract.ts';
import { Icon } from '../parts/icon.tsx';
import { useSurroundings } from '../surroundings.ts';
import { BudgetChart } from './budget-chart.tsx';
import { BudgetTable } from './budget-table.tsx';
import { SERIES, totalOf } from './series.ts';

const MS = 1_000;

/** The account's calls over time: whose they are, how many are left, and what closes it. */
export function Budget({ account }: { account: AccountView }) {
  const { t, format } = useSurroundings();
  const { past, ahead, limit, windowMs, closed, held } = account;
  const [pointed, setPointed] = useState<BudgetPoint | null>(null);
  const now = past.at(-1) ?? null;
  const shown = pointed ?? now;
  const used = now === null ? 0 : totalOf(now);
  return (
    <section class="card" aria-labelledby="budget">
      <div class="section-head">
        <h2 id="budget">{t.account.title}</h2>
        <span class="value">{t.account.used(format.number(used), format.number(limit))}</span>
      </div>
      <p class="quiet small">
        {t.account.window(format.duration(windowMs / MS))} ·{' '}
        {t.account.free(format.number(Math.max(0, limit - used)))}
      </p>
      {closed === null ? null : (
        <p class="bad-text">
          <Icon name="clock" />
          {t.account.opensAt(format.time(closed.until))}
        </p>
      )}
      {held === null ? null : (
        <p class="bad-text">
          <Icon name="pause" />
          {t.account.heldUntil}: {held.why}
        </p>
      )}
      {now === null ? null : (
        <BudgetChart
          account={account}
          pointed={pointed}
          onPoint={setPointed}
          label={t.account.picture(format.number(used), format.number(limit))}
        />
      )}
      {shown === null ? null : (
        <ul class="legend">
          <li>
            <strong>{pointed === null ? t.account.now : format.time(pointed.at)}</strong>
          </li>
          {SERIES.map((series) => (
            <li key={series}>
              <span class={`swatch series-${series}`} />
              {t.account[series]} <b>{format.number(shown[series])}</b>
            </li>
          ))}
        </ul>
      )}
      <BudgetTable past={past} ahead={ahead} />
    </section>
  );
}
