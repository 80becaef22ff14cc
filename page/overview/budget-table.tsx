import type { AccountView, BudgetPoint } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { SERIES, totalOf } from './series.ts';

/** A line each so many minutes: enough to read the picture by. */
const EVERY = 5;

/** The picture in numbers, for whoever does not see it. */
export function BudgetTable({ past, ahead }: Pick<AccountView, 'past' | 'ahead'>) {
  const { t, format } = useSurroundings();
  const spaced = (points: readonly BudgetPoint[], from: number) =>
    points.filter((_, index) => (index - from) % EVERY === 0);
  const lines = [
    ...spaced(past, past.length - 1).map((point) => ({ point, isAhead: false })),
    ...spaced(ahead, EVERY - 1).map((point) => ({ point, isAhead: true })),
  ];
  return (
    <details class="as-table">
      <summary>{t.account.table}</summary>
      <div class="scroll" role="region" aria-label={`${t.account.title}: ${t.account.table}`} tabIndex={0}>
        <table class="dense">
          <thead>
            <tr>
              <th scope="col">{t.account.time}</th>
              {SERIES.map((series) => (
                <th key={series} scope="col" class="end">
                  {t.account[series]}
                </th>
              ))}
              <th scope="col" class="end">
                {t.account.total}
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ point, isAhead }) => (
              <tr key={point.at}>
                <th scope="row">
                  {format.time(point.at)} {isAhead ? <span class="quiet">{t.account.expected}</span> : null}
                </th>
                {SERIES.map((series) => (
                  <td key={series} class="end">
                    {format.number(point[series])}
                  </td>
                ))}
                <td class="end">{format.number(totalOf(point))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
