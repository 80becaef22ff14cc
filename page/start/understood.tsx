import type { Upload } from '../../src/http/api/contract.ts';
import { RowStateBadge } from '../parts/states.tsx';
import { useSurroundings } from '../surroundings.ts';

/** How a file is understood, and what its batch would cost. */
export function Understood({ upload }: { upload: Upload }) {
  const { t, format } = useSurroundings();
  const { name, task, counts, jobs, calls, credits, finishedAt, rows } = upload;
  const more = counts.total - rows.length;
  return (
    <div class="understood">
      <p>
        <strong>{name}</strong> <span class="mono quiet">{task}</span>
      </p>
      <dl class="costs">
        <div>
          <dt>{t.dialog.takes}</dt>
          <dd>{format.number(counts.total)}</dd>
        </div>
        {counts.invalid === 0 ? null : (
          <div>
            <dt>{t.codes.rowState.invalid}</dt>
            <dd class="bad-text">{format.number(counts.invalid)}</dd>
          </div>
        )}
        <div>
          <dt>{t.dialog.jobs}</dt>
          <dd>{format.number(jobs)}</dd>
        </div>
        <div>
          <dt>{t.dialog.calls}</dt>
          <dd>{format.number(calls)}</dd>
        </div>
        <div>
          <dt>{t.dialog.credits}</dt>
          <dd>{format.number(credits)}</dd>
        </div>
        <div>
          <dt>{t.dialog.finishes}</dt>
          <dd>{t.batch.etaAt(format.time(finishedAt), format.relative(finishedAt))}</dd>
        </div>
      </dl>
      {counts.total === counts.invalid ? <p class="bad-text">{t.start.nothing}</p> : null}
      <div class="scroll short" role="region" aria-label={t.start.understood} tabIndex={0}>
        <table class="dense">
          <caption>{t.start.understood}</caption>
          <thead>
            <tr>
              <th scope="col" class="end">
                {t.rows.number}
              </th>
              <th scope="col">{t.rows.state}</th>
              <th scope="col">{t.rows.tracking}</th>
              <th scope="col">{t.story.warnings}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, state, trackingNumber, reason, error, warnings }) => (
              <tr key={row}>
                <th scope="row" class="end">
                  {String(row)}
                </th>
                <td>
                  <RowStateBadge state={state} />
                </td>
                <td class="mono">{trackingNumber}</td>
                <td class="verbatim">
                  {reason === null ? null : (
                    <strong>{(t.codes.reason[reason] ?? t.codes.reason.other)[0]}</strong>
                  )}{' '}
                  <span class="quiet small">{error}</span> {warnings.join('; ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 ? <p class="quiet small">{t.start.more(format.number(more), more)}</p> : null}
    </div>
  );
}
