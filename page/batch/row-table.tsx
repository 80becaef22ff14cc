import type { RowReport } from '../../src/http/api/contract.ts';
import { RowStateBadge } from '../parts/states.tsx';
import { go, hashOf } from '../router.ts';
import type { Route } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { statusWords } from './status-words.ts';

interface RowTableProps {
  rows: readonly RowReport[];
  route: Route;
  chosen: ReadonlySet<number>;
  onChosen: (rows: ReadonlySet<number>) => void;
}

export function RowTable({ rows, route, chosen, onChosen }: RowTableProps) {
  const { t, mayAct } = useSurroundings();
  if (rows.length === 0) return <p class="quiet empty">{t.rows.none}</p>;
  const choose = (numbers: readonly number[], isChosen: boolean) => {
    const next = new Set(chosen);
    for (const row of numbers)
      if (isChosen) next.add(row);
      else next.delete(row);
    onChosen(next);
  };
  const numbers = rows.map(({ row }) => row);
  return (
    <div class="scroll" role="region" aria-label={t.rows.region} tabIndex={0}>
      <table class="cards row-table">
        <thead>
          <tr>
            {mayAct ? (
              <th scope="col" class="pick">
                <input
                  type="checkbox"
                  aria-label={t.rows.chooseAll}
                  checked={numbers.every((row) => chosen.has(row))}
                  onChange={(event) => choose(numbers, event.currentTarget.checked)}
                />
              </th>
            ) : null}
            <th scope="col" class="end">
              {t.rows.number}
            </th>
            <th scope="col">{t.rows.input}</th>
            <th scope="col">{t.rows.tracking}</th>
            <th scope="col">{t.rows.state}</th>
            <th scope="col">{t.rows.status}</th>
            <th scope="col">{t.rows.result}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((each) => (
            <tr
              key={each.row}
              aria-current={each.row === route.row ? 'true' : undefined}
              onClick={(event) => openUnlessBusy(event, { ...route, row: each.row })}
            >
              {mayAct ? (
                <td class="pick">
                  <input
                    type="checkbox"
                    aria-label={t.rows.choose(String(each.row))}
                    checked={chosen.has(each.row)}
                    onChange={(event) => choose([each.row], event.currentTarget.checked)}
                  />
                </td>
              ) : null}
              <RowCells report={each} route={route} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A click anywhere in the row opens it, but for one that meant something else or ended a selection of text. */
function openUnlessBusy(event: MouseEvent, route: Route): void {
  const isControl = (event.target as Element).closest('a, button, input, .pick') !== null;
  if (!isControl && getSelection()?.isCollapsed !== false) go(route);
}

function RowCells({ report, route }: { report: RowReport; route: Route }) {
  const { t } = useSurroundings();
  const { row, input, trackingNumber, state, statusText, result, reason } = report;
  const words = statusWords(t.codes, report);
  return (
    <>
      <th scope="row" class="end">
        <a href={hashOf({ ...route, row })} aria-label={t.rows.open(String(row))} data-row={row}>
          {String(row)}
        </a>
      </th>
      <td data-label={t.rows.input} class="mono clip">
        {input}
      </td>
      <td data-label={t.rows.tracking} class="mono">
        {trackingNumber}
      </td>
      <td data-label={t.rows.state}>
        <RowStateBadge state={state} />
      </td>
      <td data-label={t.rows.status}>
        {words === null ? null : <span title={statusText ?? undefined}>{words}</span>}
      </td>
      <td data-label={t.rows.result} class="clip">
        {reason === null ? (
          result
        ) : (
          <span class="why">{(t.codes.reason[reason] ?? t.codes.reason.other)[0]}</span>
        )}
      </td>
    </>
  );
}
