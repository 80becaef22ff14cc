import type { ReportView } from '../../src/http/api/contract.ts';
import { go, hashOf } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { dayAfter, japanDay, japanToday } from './days.ts';

const LAST_DAYS = [7, 30, 90] as const;

/** Which days are shown: the last so many, or from one day through another. */
export function Period({ route, report }: { route: Route; report: ReportView | null }) {
  const { t, format } = useSurroundings();
  const today = japanToday();
  const { from = '', to = '' } = route.params;
  const shownFrom = report?.from == null ? '' : japanDay(Date.parse(report.from));
  // The end itself is left out.
  const shownTo = report === null ? '' : japanDay(Date.parse(report.to) - 1);
  const link = (params: Record<string, string>, isNow: boolean, text: string) => (
    <a href={hashOf({ ...route, params })} {...(isNow ? { 'aria-current': 'true' } : {})}>
      {text}
    </a>
  );

  function choose(event: Event): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const [first, last] = ['from', 'through'].map((name) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : '';
    });
    const until = last === undefined || last === '' ? '' : dayAfter(last, 1);
    go({
      ...route,
      params: { from: first === '' ? 'all' : (first ?? 'all'), ...(until === '' ? {} : { to: until }) },
    });
  }

  return (
    <nav class="period" aria-label={t.report.period}>
      <div class="filters">
        {LAST_DAYS.map((days) => {
          const first = dayAfter(today, 1 - days);
          const isNow = to === '' && (from === first || (from === '' && days === 30));
          return (
            <span key={days}>{link({ from: first }, isNow, t.report.lastDays(format.number(days)))}</span>
          );
        })}
        <span>{link({ from: 'all' }, to === '' && from === 'all', t.report.all)}</span>
      </div>
      <form class="buttons" onSubmit={choose} key={`${shownFrom} ${shownTo}`}>
        <label>
          {t.report.from} <input type="date" name="from" defaultValue={shownFrom} max={today} />
        </label>
        <label>
          {t.report.through} <input type="date" name="through" defaultValue={shownTo} max={today} />
        </label>
        <button type="submit">{t.rows.go}</button>
      </form>
    </nav>
  );
}
