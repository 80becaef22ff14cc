import { useEffect } from 'preact/hooks';
import type { ReportView } from '../../src/http/api/contract.ts';
import { query } from '../api.ts';
import { useLive } from '../live.ts';
import { Icon } from '../parts/icon.tsx';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { DayBars } from './day-bars.tsx';
import { daysOf } from './days.ts';
import { Period } from './period.tsx';
import { CarrierTable, OfficeTable } from './parcel-tables.tsx';
import { ReasonBars, TaskTable } from './task-tables.tsx';

const EVERY_MS = 60_000;

/** What there was in a time: how rows ended and why, what was spent on it, and how parcels arrive. */
export function ReportPage({ route }: { route: Route }) {
  const { t } = useSurroundings();
  const { from, to } = route.params;
  const asked = query({ from, to });
  const { data: report, error } = useLive<ReportView>(`/api/report${asked}`, EVERY_MS);
  useEffect(() => {
    document.title = `${t.report.title} · Tsuiseki`;
  }, [t]);
  return (
    <div class="report">
      <a class="back" href="#/">
        <Icon name="back" />
        {t.app.overview}
      </a>
      <div class="section-head">
        <h1 tabIndex={-1}>{t.report.title}</h1>
        <div class="buttons">
          <a class="button" href={`/api/report.xlsx${asked}`} download>
            <Icon name="down" />
            {t.report.workbook}
          </a>
          <a class="button" href={`/api/report.csv${asked}`} download>
            <Icon name="down" />
            {t.report.csv}
          </a>
        </div>
      </div>
      <Period route={route} report={report} />
      {error === null ? null : (
        <p class="banner bad" role="alert">
          {error}
        </p>
      )}
      {report === null ? (
        error === null ? (
          <p class="quiet">{t.app.loading}</p>
        ) : null
      ) : (
        <Figures report={report} />
      )}
    </div>
  );
}

function Figures({ report }: { report: ReportView }) {
  const { t } = useSurroundings();
  const { tasks, days, carriers, open } = report;
  if (tasks.length + days.length + carriers.length + open.length === 0)
    return <p class="card empty">{t.report.nothing}</p>;
  const shown = daysOf(days.map(({ day }) => day));
  const byDay = new Map(days.map((line) => [line.day, line]));
  const of = (key: 'completed' | 'failed' | 'invalid' | 'calls' | 'requests' | 'callsSaved') =>
    shown.map((day) => byDay.get(day)?.[key] ?? 0);
  const parcelsOf = (key: 'delivered' | 'firstAttempt' | 'returned') =>
    shown.map((day) => byDay.get(day)?.[key] ?? 0);
  const first = parcelsOf('firstAttempt');
  // A day on which nothing was counted is not one without parcels.
  const openDays = [...new Set(open.map(({ day }) => day))];
  const openOn = (key: 'open' | 'stalled') =>
    openDays.map((day) => open.reduce((sum, line) => (line.day === day ? sum + line[key] : sum), 0));
  const stalled = openOn('stalled');
  return (
    <div class="report-grid">
      <DayBars
        title={t.report.rows}
        days={shown}
        series={[
          { tone: 'good', label: t.codes.rowState.completed, values: of('completed') },
          { tone: 'bad', label: t.codes.rowState.failed, values: of('failed') },
          { tone: 'warn', label: t.codes.rowState.invalid, values: of('invalid') },
        ]}
      />
      <DayBars
        title={t.report.calls}
        days={shown}
        series={[
          { tone: 'info', label: t.report.callsMade, values: of('calls') },
          { tone: 'other', label: t.report.requests, values: of('requests') },
          { tone: 'quiet', label: t.report.callsSaved, values: of('callsSaved') },
        ]}
      />
      <DayBars
        title={t.report.parcels}
        days={shown}
        series={[
          { tone: 'good', label: t.report.firstAttempt, values: first },
          {
            tone: 'warn',
            label: t.report.laterAttempt,
            values: parcelsOf('delivered').map((count, index) => count - (first[index] ?? 0)),
          },
          { tone: 'bad', label: t.report.returned, values: parcelsOf('returned') },
        ]}
      />
      <DayBars
        title={t.report.open}
        isStock
        days={openDays}
        series={[
          {
            tone: 'info',
            label: t.report.moving,
            values: openOn('open').map((count, index) => count - (stalled[index] ?? 0)),
          },
          { tone: 'bad', label: t.report.stalled, values: stalled },
        ]}
      />
      <TaskTable tasks={tasks} />
      <ReasonBars reasons={report.reasons} />
      <CarrierTable carriers={carriers} />
      <OfficeTable title={t.report.origins} offices={report.origins} left={report.left.origins} />
      <OfficeTable
        title={t.report.destinations}
        offices={report.destinations}
        left={report.left.destinations}
      />
    </div>
  );
}
