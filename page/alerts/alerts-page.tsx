import { useEffect } from 'preact/hooks';
import type { AlertList, AlertReason } from '../../src/http/api/contract.ts';
import { ALERT_REASONS } from '../../src/http/api/contract.ts';
import { query } from '../api.ts';
import { useLive } from '../live.ts';
import { Icon } from '../parts/icon.tsx';
import { hashOf, withParams } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { AlertTable } from './alert-table.tsx';

/** Parcels move by the hour. */
export const ALERTS_EVERY_MS = 10_000;
const OF_ONE_REASON = 500;

/** The parcels that need somebody, by reason: since when, until when, and the rows that name them. */
export function AlertsPage({ route }: { route: Route }) {
  const { t } = useSurroundings();
  const chosen = ALERT_REASONS.find((reason) => reason === route.params['reason']) ?? null;
  const path = `/api/alerts${chosen === null ? '' : query({ reason: chosen, limit: OF_ONE_REASON })}`;
  const { data, error } = useLive<AlertList>(path, ALERTS_EVERY_MS);
  useEffect(() => {
    document.title = `${t.alerts.title} · Tsuiseki`;
  }, [t]);
  return (
    <div class="alerts">
      <a class="back" href="#/">
        <Icon name="back" />
        {t.app.overview}
      </a>
      <h1 tabIndex={-1}>{t.alerts.title}</h1>
      {error === null ? null : (
        <p class="banner bad" role="alert">
          {error}
        </p>
      )}
      {data === null ? (
        <p class="quiet">{error === null ? t.app.loading : null}</p>
      ) : (
        <>
          <ReasonFilter route={route} chosen={chosen} counts={data.counts} />
          <Reasons list={data} chosen={chosen} />
        </>
      )}
    </div>
  );
}

interface ReasonFilterProps {
  route: Route;
  chosen: AlertReason | null;
  counts: AlertList['counts'];
}

function ReasonFilter({ route, chosen, counts }: ReasonFilterProps) {
  const { t, format } = useSurroundings();
  const all = ALERT_REASONS.reduce((sum, reason) => sum + counts[reason], 0);
  const options = [
    { value: '', label: t.alerts.all, count: all },
    ...ALERT_REASONS.map((reason) => ({
      value: reason,
      label: t.codes.alert[reason][0],
      count: counts[reason],
    })),
  ];
  return (
    <nav class="filters" aria-label={t.alerts.by}>
      {options.map(({ value, label, count }) => (
        <a
          key={value}
          href={hashOf(withParams(route, { reason: value }))}
          aria-current={value === (chosen ?? '') ? 'true' : undefined}
        >
          {label} <span class="count">{format.number(count)}</span>
        </a>
      ))}
    </nav>
  );
}

function Reasons({ list: { alerts, counts }, chosen }: { list: AlertList; chosen: AlertReason | null }) {
  const { t, format } = useSurroundings();
  const reasons = ALERT_REASONS.filter(
    (reason) => counts[reason] > 0 && (chosen === null || reason === chosen),
  );
  if (reasons.length === 0) return <p class="quiet empty">{t.alerts.none}</p>;
  return (
    <>
      {reasons.map((reason) => {
        const [what, todo] = t.codes.alert[reason];
        const those = alerts.filter((alert) => alert.reason === reason);
        const more = counts[reason] - those.length;
        return (
          <section key={reason} class="card" aria-labelledby={reason}>
            <h2 id={reason}>{what}</h2>
            <p class="quiet small">{todo}</p>
            <AlertTable alerts={those} />
            {more <= 0 ? null : (
              <p class="more-alerts">
                <a href={hashOf({ batch: null, row: null, list: 'alerts', params: { reason } })}>
                  {t.alerts.more(format.number(more))}
                </a>
              </p>
            )}
          </section>
        );
      })}
    </>
  );
}
