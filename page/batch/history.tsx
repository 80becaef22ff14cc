import type { BatchView } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';
import { textOf } from '../texts/codes.ts';

/** What people did to the batch, and what the system notes about it. */
export function History({ actions, notes }: Pick<BatchView, 'actions'> & { notes: readonly string[] }) {
  const { t, format } = useSurroundings();
  return (
    <div class="columns even">
      <section class="card" aria-labelledby="history">
        <h2 id="history">{t.batch.history}</h2>
        {actions.length === 0 ? <p class="quiet">{t.batch.noHistory}</p> : null}
        <ol class="events">
          {actions.map(({ at, action, by, why, details }) => (
            <li key={`${at} ${action}`}>
              <time dateTime={at} title={format.moment(at)}>
                {format.time(at)}
              </time>
              <span>
                <strong>{textOf(t.codes.done, action)}</strong> {t.batch.by(by)}
                {why === null ? null : <q class="why-text">{why}</q>}
                {details === null ? null : <span class="quiet small">{details}</span>}
              </span>
            </li>
          ))}
        </ol>
      </section>
      {notes.length === 0 ? null : (
        <section class="card" aria-labelledby="notes">
          <h2 id="notes">{t.batch.notes}</h2>
          <ul class="notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
