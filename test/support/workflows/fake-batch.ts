import { Context } from '@temporalio/activity';
import type { BatchActivities } from '../../../activities/batch.ts';
import type { ExcelActivities } from '../../../activities/excel.ts';
import type { PublishActivities, PublishOutcome } from '../../../activities/publish.ts';
import type { ResultsActivities, ResultsOutcome } from '../../../activities/results.ts';
import type { JoinedRows, SaveActivities } from '../../../activities/saves.ts';
import type { WritebackActivities } from '../../../activities/writeback.ts';
import type { AskOutcome, YamatoActivities } from '../../../activities/yamato.ts';
import type { BatchFigures } from '../../../src/db/batch-figures.ts';
import type { BatchState, RowState } from '../../../src/db/schema.ts';
import { rowNumbers } from '../../../src/tasks/row-selection.ts';

export type FakeActivities = BatchActivities &
  ExcelActivities &
  PublishActivities &
  ResultsActivities &
  SaveActivities &
  WritebackActivities &
  YamatoActivities;

interface FakeRow {
  state: RowState;
  written: boolean;
  /** What the status column says of it. */
  shown?: RowState;
}

export type Wait = Pick<Extract<PublishOutcome, { outcome: 'wait' }>, 'waitMs' | 'why' | 'held'>;

/** `turn`: it waits for its turn until it is cancelled. */
type Answer =
  | Exclude<AskOutcome['outcome'], 'wait'>
  | 'turn'
  | Pick<AskOutcome, 'outcome' | 'waitMs' | 'why'>;

type Fate = 'published' | 'failed' | 'died' | 'turn' | Wait;

/** A cancel reaches an activity with the answer to a heartbeat. */
async function untilCancelled(): Promise<never> {
  const beating = setInterval(() => Context.current().heartbeat(), 20);
  try {
    return await Context.current().cancelled;
  } finally {
    clearInterval(beating);
  }
}

/** A batch in memory, one row a job, job n for sheet row n + 2: a workflow's activities, by the real ones' types. */
export class FakeBatch {
  readonly rows: FakeRow[];
  readonly states: { state: BatchState; reason: string | null }[] = [];
  readonly published: number[] = [];
  /** Every request for a group, a row a group, with its drawn pause. */
  readonly asked: { jobId: number; pauseShare: number }[] = [];
  longestPauseMs = 50_000;
  readonly writebacks: number[] = [];
  readonly actions: string[] = [];
  /** What each publish comes to; `turn`: it waits for its turn until it is cancelled. */
  onPublish: (jobId: number) => Fate | Promise<Fate> = () => 'published';
  /** What each request to the carrier comes to. */
  onAsk: (jobId: number) => Answer | Promise<Answer> = () => 'asked';
  /** Jobs that have to wait; asked for each list of results. */
  onResults: (jobIds: readonly number[]) => ResultsOutcome['waiting'] = () => null;
  /** Throws for a workbook that cannot be read. */
  onRead: () => void = () => {};
  /** Adds the rows of a save. */
  onJoin: () => Pick<JoinedRows, 'joined' | 'hold'> = () => ({ joined: 0, hold: null });
  reads = 0;
  /** Throws for a writeback that fails. */
  onWriteback: () => void | Promise<void> = () => {};
  hasStatusColumn = false;
  #revision = 0;

  constructor(rows: number) {
    this.rows = Array.from({ length: rows }, () => ({ state: 'pending', written: false }));
  }

  count(state: RowState): number {
    return this.rows.filter((row) => row.state === state).length;
  }

  figures(): BatchFigures {
    const next = this.rows.findIndex((row) => row.state === 'pending');
    return {
      revision: ++this.#revision,
      counts: {
        total: this.rows.length,
        pending: this.count('pending'),
        published: this.count('published'),
        redirected: this.count('redirected'),
        completed: this.count('completed'),
        failed: this.count('failed'),
        invalid: this.count('invalid'),
      },
      unwritten: this.rows.filter((row) => row.state === 'completed' && !row.written).length,
      unshown: this.hasStatusColumn ? this.rows.filter((row) => row.shown !== row.state).length : 0,
      inFlight: this.count('published'),
      next: next === -1 ? null : { jobId: next, label: `row ${next + 2}` },
      leftMs: null,
    };
  }

  #set(jobId: number, state: RowState): void {
    const row = this.rows[jobId];
    if (row !== undefined) Object.assign(row, { state, written: false });
  }

  async #publish(jobId: number): Promise<PublishOutcome> {
    const outcome = await this.onPublish(jobId);
    if (typeof outcome === 'object') return { outcome: 'wait', ...outcome, ...this.figures() };
    if (outcome === 'died') throw new Error('the worker died');
    if (outcome === 'turn') return untilCancelled();
    if (outcome === 'published') this.published.push(jobId);
    this.#set(jobId, outcome);
    return { outcome, ...this.figures() };
  }

  async #ask(jobId: number, pauseShare: number): Promise<AskOutcome> {
    const answer = await this.onAsk(jobId);
    if (answer === 'turn') return untilCancelled();
    this.asked.push({ jobId, pauseShare });
    if (answer === 'asked') this.#set(jobId, 'completed');
    if (answer === 'gave up') this.#set(jobId, 'failed');
    const waitMs = Math.round(this.longestPauseMs * pauseShare);
    const outcome = typeof answer === 'object' ? answer : { outcome: answer, waitMs, why: answer };
    return { ...outcome, ...this.figures() };
  }

  activities(): FakeActivities {
    return {
      readWorkbook: async () => {
        this.reads += 1;
        this.onRead();
        return this.figures();
      },
      examineSave: async () => ({ outcome: 'nothing new', running: null, started: null, writeAgain: [] }),
      joinRows: async () => {
        const joined = this.onJoin();
        return { ...this.figures(), ...joined };
      },
      figures: async () => this.figures(),
      publishJob: ({ jobId }) => this.#publish(jobId),
      settlePublish: async ({ jobId }) => {
        if ((await this.onPublish(jobId)) === 'died') this.#set(jobId, 'failed');
        return this.figures();
      },
      askGroup: ({ jobId, pauseShare }) => this.#ask(jobId, pauseShare),
      saveState: async ({ state, reason }) => {
        this.states.push({ state, reason });
        return this.figures();
      },
      recordPause: async ({ by, why }) => void this.actions.push(`pause ${by} ${why}`),
      recordResume: async ({ by, why }) => void this.actions.push(`resume ${by} ${why}`),
      recordCancel: async ({ by, why }) => void this.actions.push(`cancel ${by} ${why}`),
      retryRows: async ({ rows, by, why }) => {
        this.actions.push(`retry ${by} ${why}`);
        const meant = rows === null ? null : rowNumbers(rows);
        for (const [jobId, row] of this.rows.entries())
          if (meant === null ? row.state === 'failed' : meant.includes(jobId + 2))
            this.#set(jobId, 'pending');
        return this.figures();
      },
      processResults: async ({ jobIds }) => {
        const waiting = this.onResults(jobIds);
        for (const jobId of jobIds)
          if (waiting?.jobIds.includes(jobId) !== true) this.#set(jobId, 'completed');
        return { ...this.figures(), waiting };
      },
      writeBack: async () => {
        await this.onWriteback();
        const fresh = this.rows.filter((row) => row.state === 'completed' && !row.written);
        for (const row of fresh) row.written = true;
        for (const row of this.rows) row.shown = row.state;
        this.writebacks.push(fresh.length);
        return this.figures();
      },
    };
  }
}
