import type { ParcelAlert } from '../../src/http/api/contract.ts';
import { statusWords } from '../batch/status-words.ts';
import { fileName } from '../parts/batch-name.ts';
import { hashOf } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';
import { textOf } from '../texts/codes.ts';

const ROWS_SHOWN = 3;

export function AlertTable({ alerts }: { alerts: readonly ParcelAlert[] }) {
  const { t } = useSurroundings();
  return (
    <table class="cards alert-table">
      <thead>
        <tr>
          <th scope="col">{t.alerts.parcel}</th>
          <th scope="col">{t.alerts.lastDay}</th>
          <th scope="col">{t.alerts.status}</th>
          <th scope="col">{t.alerts.since}</th>
          <th scope="col">{t.alerts.rows}</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={`${alert.carrier} ${alert.trackingNumber} ${alert.orderNumber}`} alert={alert} />
        ))}
      </tbody>
    </table>
  );
}

function AlertRow({ alert }: { alert: ParcelAlert }) {
  const { t, format } = useSurroundings();
  const { carrier, trackingNumber, orderNumber, since, seenAt, rows } = alert;
  return (
    <tr>
      <th scope="row">
        <span class="mono">{trackingNumber ?? orderNumber}</span>
        {carrier === null ? null : <span class="quiet small">{textOf(t.codes.carrier, carrier)}</span>}
      </th>
      <td data-label={t.alerts.lastDay}>
        <div>
          <LastDay day={alert.lastDay} />
        </div>
      </td>
      <td data-label={t.alerts.status}>
        <Status alert={alert} />
      </td>
      <td data-label={t.alerts.since}>
        <div>
          {since === null ? (
            <span class="quiet">–</span>
          ) : (
            <time dateTime={since} title={format.moment(since)}>
              {format.time(since)}
            </time>
          )}
          <span class="quiet small">{t.alerts.lookedAt(format.relative(seenAt))}</span>
        </div>
      </td>
      <td data-label={t.alerts.rows}>
        <RowLinks rows={rows} />
      </td>
    </tr>
  );
}

/** What it means, and below that what its carrier says, and where. */
function Status({ alert }: { alert: ParcelAlert }) {
  const { t } = useSurroundings();
  const told = [alert.statusText, alert.office].filter((part) => part !== null);
  return (
    <div>
      <span>{statusWords(t.codes, alert)}</span>
      <span class="quiet small">{told.join(' · ')}</span>
    </div>
  );
}

function RowLinks({ rows }: Pick<ParcelAlert, 'rows'>) {
  const { t, format } = useSurroundings();
  const more = rows.length - ROWS_SHOWN;
  return (
    <ul>
      {rows.slice(0, ROWS_SHOWN).map(({ batchId, row, workbook }) => (
        <li key={`${batchId} ${row}`}>
          <a href={hashOf({ batch: batchId, row, params: {} })}>
            {t.alerts.row(workbook === null ? batchId : fileName(workbook), format.number(row))}
          </a>
        </li>
      ))}
      {more <= 0 ? null : <li class="quiet small">{t.alerts.moreRows(format.number(more))}</li>}
    </ul>
  );
}

function LastDay({ day }: { day: string | null }) {
  const { t, format } = useSurroundings();
  if (day === null) return <span class="quiet">{t.alerts.noLastDay}</span>;
  const { text, relative, isOver } = format.day(day);
  return (
    <>
      <time dateTime={day} class={isOver ? 'bad-text' : undefined}>
        {text}
      </time>
      <span class={isOver ? 'bad-text small' : 'quiet small'}>{relative}</span>
    </>
  );
}
