import type { BatchStatus } from '../../src/http/api/contract.ts';
import { useSurroundings } from '../surroundings.ts';

export function BatchFacts({ status }: { status: BatchStatus }) {
  const { t, format } = useSurroundings();
  const { task, startedAt, finishedAt, eta, batchId, workbook, rowsFrom } = status;
  return (
    <dl class="facts">
      <div>
        <dt>{t.batch.task}</dt>
        <dd class="mono">{task}</dd>
      </div>
      <div>
        <dt>{t.batch.startedAt}</dt>
        <dd>
          <time dateTime={startedAt}>{format.moment(startedAt)}</time>
        </dd>
      </div>
      <div>
        <dt>{finishedAt === null ? t.batch.ends : t.batch.endedAt}</dt>
        <dd>
          {finishedAt !== null ? (
            <time dateTime={finishedAt}>{format.moment(finishedAt)}</time>
          ) : eta === null ? (
            t.batch.noEta
          ) : (
            <time dateTime={eta}>{t.batch.etaAt(format.time(eta), format.relative(eta))}</time>
          )}
        </dd>
      </div>
      <div>
        <dt>ID</dt>
        <dd class="mono">{batchId}</dd>
      </div>
      <div class="wide">
        <dt>{t.batches.workbook}</dt>
        <dd class="mono">{workbook ?? rowsFrom ?? t.batches.rowsWithoutWorkbook}</dd>
      </div>
    </dl>
  );
}
