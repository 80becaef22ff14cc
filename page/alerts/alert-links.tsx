import type { AlertList } from '../../src/http/api/contract.ts';
import { ALERT_REASONS } from '../../src/http/api/contract.ts';
import { query } from '../api.ts';
import { useLive } from '../live.ts';
import { hashOf } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { ALERTS_EVERY_MS } from './alerts-page.tsx';

/** How many parcels need somebody, and the way to them. */
export function AlertLinks() {
  const { t, format } = useSurroundings();
  const { data } = useLive<AlertList>(`/api/alerts${query({ limit: 0 })}`, ALERTS_EVERY_MS);
  if (data === null) return null;
  const reasons = ALERT_REASONS.filter((reason) => data.counts[reason] > 0);
  return (
    <section class="card alert-links" aria-labelledby="alert-links">
      <h2 id="alert-links">{t.alerts.title}</h2>
      {reasons.length === 0 ? (
        <p class="quiet small">{t.alerts.none}</p>
      ) : (
        <ul class="filters">
          {reasons.map((reason) => (
            <li key={reason}>
              <a href={hashOf({ batch: null, row: null, list: 'alerts', params: { reason } })}>
                {t.codes.alert[reason][0]} <span class="count">{format.number(data.counts[reason])}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
