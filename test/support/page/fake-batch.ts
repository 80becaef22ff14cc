import type {
  BatchState,
  BatchStatus,
  BatchView,
  RowFilter,
  RowReport,
} from '../../../src/http/api/contract.ts';
import { fakeRows } from './fake-rows.ts';
import type { RowPlan } from './fake-rows.ts';

export interface BatchPlan extends RowPlan {
  workbook: string | null;
  task: string;
  state: BatchState;
  reason?: string;
  startedMinutesAgo: number;
  notes?: string[];
}

const MINUTE_MS = 60_000;
const ENDED: readonly BatchState[] = ['completed', 'cancelled', 'failed'];

/** A batch in memory, as the page sees it. */
export class FakeBatch {
  readonly id: string;
  readonly plan: BatchPlan;
  state: BatchState;
  reason: string | null;
  unwritten = 4;
  readonly actions: BatchView['actions'] = [];
  readonly #startedMs: number;
  #rows: RowReport[] | null = null;

  constructor(id: string, plan: BatchPlan, nowMs: number) {
    this.id = id;
    this.plan = plan;
    this.state = plan.state;
    this.reason = plan.reason ?? null;
    this.#startedMs = nowMs - plan.startedMinutesAgo * MINUTE_MS;
  }

  get rows(): RowReport[] {
    return (this.#rows ??= fakeRows(this.plan));
  }

  get isEnded(): boolean {
    return ENDED.includes(this.state);
  }

  get inFlight(): BatchView['inFlight'] {
    const jobs = this.rows.filter(({ state }) => state === 'published' || state === 'redirected').length;
    return { jobs, lastAt: jobs === 0 ? null : new Date(this.#startedMs + 90 * MINUTE_MS).toISOString() };
  }

  status(): BatchStatus {
    const counts = { total: 0, pending: 0, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 0 };
    for (const { state } of this.rows) {
      counts[state]++;
      counts.total++;
    }
    const { workbook, task, startedMinutesAgo, notes = [] } = this.plan;
    const isRunning = this.state === 'running' && counts.pending + counts.published > 0;
    const at = (minutes: number) => new Date(this.#startedMs + minutes * MINUTE_MS).toISOString();
    return {
      batchId: this.id,
      workflowId: `tracking:${task}:${workbook?.split('/').at(-1) ?? 'rows'}:${this.id}`,
      runId: '0198f3a1-5c1e-7f60-9e0a-5a3b7c1d2e4f',
      task,
      workbook,
      rowsFrom: workbook === null ? 'rows.csv' : null,
      state: this.state,
      reason: this.reason,
      counts,
      startedAt: at(0),
      finishedAt: this.isEnded ? at(startedMinutesAgo / 2) : null,
      eta: isRunning ? at(startedMinutesAgo + 12) : null,
      notes,
    };
  }

  view(): BatchView {
    const groups = new Map<string, BatchView['reasons'][number]>();
    for (const { state, reason, error } of this.rows) {
      if (reason === null || (state !== 'failed' && state !== 'invalid')) continue;
      const group = groups.get(reason) ?? { reason, state, rows: 0, example: error ?? '' };
      groups.set(reason, { ...group, rows: group.rows + 1 });
    }
    return {
      status: this.status(),
      reasons: [...groups.values()].sort((a, b) => b.rows - a.rows),
      inFlight: this.inFlight,
      actions: this.actions.toReversed(),
    };
  }

  found({ state, reason, q }: RowFilter): RowReport[] {
    const holds = (text: string | null) => text?.toLowerCase().includes((q ?? '').toLowerCase()) === true;
    return this.rows.filter(
      (row) =>
        (state === undefined || row.state === state) &&
        (reason === undefined || row.reason === reason) &&
        (q === undefined || holds(row.input) || holds(row.trackingNumber) || holds(row.result)),
    );
  }
}
