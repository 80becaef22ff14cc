import { useId, useState } from 'preact/hooks';
import { useSurroundings } from '../surroundings.ts';

/** Units of the drawing, which is stretched to whatever room there is; texts stand beside it. */
const WIDTH = 1_000;
const HEIGHT = 200;
/** Of its day's room so much is the bar; of few days it stays a bar. */
const BAR = 0.82;
const WIDEST = 60;
/** Room for the number of the highest. */
const HEADROOM = 1.15;

export interface BarSeries {
  tone: 'good' | 'bad' | 'warn' | 'info' | 'other' | 'quiet';
  label: string;
  /** One a day. */
  values: readonly number[];
}

interface DayBarsProps {
  title: string;
  days: readonly string[];
  /** From the ground up. */
  series: readonly BarSeries[];
  /** What there was at a day's end, not within it: no sum of days means anything, the last is told. */
  isStock?: true;
}

/** Bars by day with their sums, the figures of the day that is pointed at, and the same as a table. */
export function DayBars({ title, days, series, isStock }: DayBarsProps) {
  const { t, format } = useSurroundings();
  const [pointed, setPointed] = useState<number | null>(null);
  const id = useId();
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const totalOn = (day: number) => series.reduce((sum, { values }) => sum + (values[day] ?? 0), 0);
  const top = Math.max(1, ...days.map((_, day) => totalOn(day)));
  const y = (value: number): number => HEIGHT * (1 - value / (top * HEADROOM));
  const room = WIDTH / days.length;
  const bar = Math.min(room * BAR, WIDEST);
  const shownDay = pointed ?? (isStock === true ? days.length - 1 : null);
  const shown = ({ values }: BarSeries) =>
    shownDay === null ? values.reduce((sum, value) => sum + value, 0) : (values[shownDay] ?? 0);

  const barsOf = (index: number): string =>
    days
      .map((_, day) => {
        const value = series[index]?.values[day] ?? 0;
        if (value === 0) return '';
        const below = series.slice(0, index).reduce((sum, { values }) => sum + (values[day] ?? 0), 0);
        const x = (day + 0.5) * room - bar / 2;
        return `M${x.toFixed(1)} ${y(below).toFixed(1)}V${y(below + value).toFixed(1)}h${bar.toFixed(1)}V${y(below).toFixed(1)}Z`;
      })
      .join('');

  function pointAt(event: PointerEvent): void {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    const day = Math.floor(((event.clientX - left) / width) * days.length);
    setPointed(Math.min(days.length - 1, Math.max(0, day)));
  }

  return (
    <section class="card" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        <span class="quiet small">{shownDay === null ? `${first} – ${last}` : days[shownDay]}</span>
      </div>
      <div class="chart">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t.report.picture(title, first, last)}
          onPointerMove={pointAt}
          onPointerLeave={() => setPointed(null)}
        >
          {series.map(({ tone, label }, index) => (
            <path key={label} class={`tone-${tone}`} d={barsOf(index)} />
          ))}
          {pointed === null ? null : <path class="pointed" d={`M${(pointed + 0.5) * room} 0V${HEIGHT}`} />}
        </svg>
        <span class="chart-top" aria-hidden="true">
          {format.number(top)}
        </span>
      </div>
      <ul class="legend">
        {series.map((each) => (
          <li key={each.label}>
            <span class={`swatch tone-${each.tone}`} />
            {each.label} <b>{format.number(shown(each))}</b>
          </li>
        ))}
      </ul>
      <details class="as-table">
        <summary>{t.account.table}</summary>
        <div class="scroll" role="region" aria-label={`${title}: ${t.account.table}`} tabIndex={0}>
          <table class="dense">
            <thead>
              <tr>
                <th scope="col">{t.report.day}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" class="end">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day, index) => (
                <tr key={day}>
                  <th scope="row">{day}</th>
                  {series.map(({ label, values }) => (
                    <td key={label} class="end">
                      {format.number(values[index] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
