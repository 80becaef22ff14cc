import type { BatchStatus } from '../../src/http/api/contract.ts';
import { batchName } from '../parts/batch-name.ts';
import { Progress } from '../parts/progress.tsx';
import { BatchStateBadge } from '../parts/states.tsx';
import { hashOf } from '../router.ts';
import { useSurroundings } from '../surroundings.ts';

export function BatchRow({ status }: { status: BatchStatus }) {
  const { t, format } = useSurroundings();
  const { batchId, counts, state, reason, task } = status;
  const done = counts.completed + counts.failed + counts.invalid;
  const linkTo = (params: Record<string, string>) => hashOf({ batch: batchId, row: null, params });
  return (
    <tr>
      <th scope="row">
        <a class="name" href={linkTo({})}>
          {batchName(status, t)}
        </a>
        <span class="quiet small">
          {task} · {batchId}
        </span>
        {reason === null ? null : <span class="why small">{reason}</span>}
      </th>
      <td data-label={t.batches.state}>
        <BatchStateBadge state={state} />
      </td>
      <td data-label={t.batches.progress} class="progress-cell">
        <Progress counts={counts} />
        <span class="quiet small">{t.batches.doneOf(format.number(done), format.number(counts.total))}</span>
      </td>
      <td data-label={t.batches.failed} class="end">
        {counts.failed + counts.invalid === 0 ? (
          <span class="quiet">
            <span aria-hidden="true">–</span>
            <span class="hidden">{t.batches.nothingFailed}</span>
          </span>
        ) : null}
        {counts.failed === 0 ? null : (
          <a class="bad-link" href={linkTo({ state: 'failed' })}>
            {t.batches.failedRows(format.number(counts.failed))}
          </a>
        )}
        {counts.invalid === 0 ? null : (
          <a class="warn-link small" href={linkTo({ state: 'invalid' })}>
            {t.batches.invalidRows(format.number(counts.invalid))}
          </a>
        )}
      </td>
      <td data-label={t.batches.ends}>
        <Ends status={status} />
      </td>
    </tr>
  );
}

function Ends({ status: { eta, finishedAt, startedAt } }: { status: BatchStatus }) {
  const { t, format } = useSurroundings();
  const at = eta ?? finishedAt;
  if (at === null) return <span class="quiet small">{t.batches.started(format.time(startedAt))}</span>;
  return (
    <>
      <time dateTime={at} title={format.moment(at)}>
        {format.time(at)}
      </time>
      <span class="quiet small">{format.relative(at)}</span>
    </>
  );
}
