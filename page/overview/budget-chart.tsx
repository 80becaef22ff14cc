import type { AccountView, BudgetPoint } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { SERIES, totalOf } from './series.ts';
import type { Series } from './series.ts';

/** Units of the drawing, which is stretched to whatever room there is; texts stand beside it. */
const WIDTH = 1_000;
const HEIGHT = 200;
/** Room above the limit. */
const HEADROOM = 1.12;

interface BudgetChartProps {
  account: AccountView;
  label: string;
  pointed: BudgetPoint | null;
  onPoint: (point: BudgetPoint | null) => void;
}

export function BudgetChart({ account, label, pointed, onPoint }: BudgetChartProps) {
  const { t, format } = useSurroundings();
  const { past, ahead, limit } = account;
  const points = [...past, ...ahead];
  const first = Date.parse(points[0]?.at ?? account.at);
  const last = Math.max(first + 1, Date.parse(points.at(-1)?.at ?? account.at));
  const top = Math.max(limit, ...points.map(totalOf)) * HEADROOM;
  const x = (at: string): number => ((Date.parse(at) - first) / (last - first)) * WIDTH;
  const y = (calls: number): number => HEIGHT * (1 - calls / top);
  const now = past.at(-1)?.at ?? account.at;
  const percentX = (at: string): string => `${(100 * x(at)) / WIDTH}%`;

  function pointAt(event: PointerEvent): void {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    const wanted = ((event.clientX - left) / width) * WIDTH;
    const distance = (point: BudgetPoint): number => Math.abs(x(point.at) - wanted);
    const [start = null] = points;
    if (start !== null)
      onPoint(points.reduce((best, point) => (distance(point) < distance(best) ? point : best), start));
  }

  const areas = (part: readonly BudgetPoint[], kind: string) =>
    SERIES.map((series) => (
      <path key={`${kind} ${series}`} class={`series-${series} ${kind}`} d={areaOf(part, series, x, y)} />
    ));

  return (
    <div class="chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        onPointerMove={pointAt}
        onPointerLeave={() => onPoint(null)}
      >
        {areas(past, 'past')}
        {areas(ahead.length === 0 ? [] : [...past.slice(-1), ...ahead], 'ahead')}
        <path class="limit" d={`M0 ${y(limit)}H${WIDTH}`} />
        <path class="now" d={`M${x(now)} 0V${HEIGHT}`} />
        {pointed === null ? null : <path class="pointed" d={`M${x(pointed.at)} 0V${HEIGHT}`} />}
      </svg>
      <span class="chart-limit" style={{ top: `${(100 * y(limit)) / HEIGHT}%` }} aria-hidden="true">
        {t.account.limit} {format.number(limit)}
      </span>
      <div class="chart-times" aria-hidden="true">
        <span>{format.time(first)}</span>
        <span class="at-now" style={{ left: percentX(now) }}>
          {t.account.now}
        </span>
        <span>{format.time(last)}</span>
      </div>
    </div>
  );
}

/** The band between what lies below a series and what it reaches. */
function areaOf(
  points: readonly BudgetPoint[],
  series: Series,
  x: (at: string) => number,
  y: (calls: number) => number,
): string {
  if (points.length === 0) return '';
  const below = SERIES.slice(0, SERIES.indexOf(series));
  const edge = (upTo: readonly Series[]) =>
    points.map((point) => {
      const calls = upTo.reduce((sum, each) => sum + point[each], 0);
      return `${x(point.at).toFixed(1)} ${y(calls).toFixed(1)}`;
    });
  return `M${edge([...below, series]).join('L')}L${edge(below).toReversed().join('L')}Z`;
}
