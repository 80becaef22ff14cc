import type {
  ActionDone,
  ActionRequest,
  LeftWhy,
  Preview,
  RowReport,
} from '../../../src/http/api/contract.ts';
import type { FakeBatch } from './fake-batch.ts';

const OPEN = new Set(['pending', 'published', 'redirected']);
const PUBLISH_MS = 6_000;

/** Why the action leaves a row alone; null: it takes it. */
function leftWhy({ action }: ActionRequest, row: RowReport): LeftWhy | null {
  if (action === 'give-up') return OPEN.has(row.state) ? null : 'ended';
  if (row.state === 'failed' || row.state === 'pending') return null;
  if (row.state === 'invalid') return 'invalid';
  return row.state === 'completed' ? 'completed' : 'under-way';
}

function meant(batch: FakeBatch, { rows, filter }: ActionRequest): RowReport[] {
  if (rows !== undefined) return batch.rows.filter(({ row }) => rows.includes(row));
  return filter === undefined ? [] : batch.found(filter);
}

function split(batch: FakeBatch, request: ActionRequest) {
  if (request.action !== 'retry' && request.action !== 'give-up') {
    return { taken: batch.rows.filter(({ state }) => state === 'pending'), leaves: [] };
  }
  const taken: RowReport[] = [];
  const leaves = new Map<LeftWhy, Preview['leaves'][number]>();
  for (const row of meant(batch, request)) {
    const why = leftWhy(request, row);
    if (why === null) {
      taken.push(row);
      continue;
    }
    const group = leaves.get(why) ?? { why, rows: 0, first: [] };
    const first = group.first.length < 5 ? [...group.first, row.row] : group.first;
    leaves.set(why, { why, rows: group.rows + 1, first });
  }
  return { taken, leaves: [...leaves.values()] };
}

export function previewOf(batch: FakeBatch, request: ActionRequest): Preview {
  const { taken, leaves } = split(batch, request);
  const jobs = request.action === 'retry' || request.action === 'resume' ? taken.length : 0;
  return {
    takes: taken.length,
    leaves,
    jobs,
    calls: 2 * jobs,
    credits: jobs,
    finishedAt: jobs === 0 ? null : new Date(Date.now() + 60_000 + jobs * PUBLISH_MS).toISOString(),
    inFlight: batch.inFlight,
    unwritten: batch.unwritten,
    opens: request.action === 'resume' ? { batches: 2, jobs: 41 } : null,
  };
}

export function act(batch: FakeBatch, request: ActionRequest, by: string): ActionDone {
  const { taken, leaves } = split(batch, request);
  const { action, why } = request;
  batch.actions.push({
    at: new Date().toISOString(),
    action: action === 'give-up' ? 'give up' : action,
    by,
    why,
    details: null,
  });
  let written: ActionDone['written'] = null;
  switch (action) {
    case 'pause':
      batch.state = 'paused';
      batch.reason = `paused by ${by}`;
      break;
    case 'resume':
      batch.state = 'running';
      batch.reason = null;
      break;
    case 'cancel':
      batch.state = 'cancelled';
      batch.reason = `cancelled by ${by}`;
      break;
    case 'retry':
      for (const row of taken) Object.assign(row, { state: 'pending', error: null, reason: null });
      if (batch.isEnded) batch.state = 'running';
      break;
    case 'give-up':
      for (const row of taken)
        Object.assign(row, { state: 'failed', error: `given up by ${by}`, reason: 'given-up' });
      break;
    case 'write':
      written = { rows: batch.unwritten, left: [{ row: 9, why: 'C holds a text of a person' }] };
      batch.unwritten = 0;
      break;
  }
  return { took: taken.length, leaves, written, status: batch.status() };
}
