import { Context } from '@temporalio/activity';
import type { BatchActivities } from '../../../activities/batch.ts';
import type { ExcelActivities } from '../../../activities/excel.ts';
import type { PublishActivities, PublishOutcome } from '../../../activities/publish.ts';
import type { ResultsActivities } from '../../../activities/results.ts';
import type { SaveActivities } from '../../../activities/saves.ts';
import type { WritebackActivities } from '../../../activities/writeback.ts';
import type { AskOutcome, YamatoActivities } from '../../../activities/yamato.ts';
import type { BatchFigures } from '../../../src/db/batch-figures.ts';
import type { BatchState, CancelOrder, PersonOrder, RowState } from '../../../src/db/schema.ts';
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
  /** Jobs of which something was told, and nobody has read it yet. */
  readonly unread = new Set<number>();
  /** Jobs whose results have to wait; asked for each list of them. */
  onResults: (jobIds: readonly number[]) => { jobIds: number[]; waitMs: number } | null = () => null;
  #waiting: { jobIds: number[]; waitMs: number } | null = null;
  /** Throws for a workbook that cannot be read. */
  onRead: () => void = () => {};
  /** Adds the rows of a save; gives why the batch is held for them. */
  onJoin: () => string | null | Promise<string | null> = () => null;
  /** What a message left in the database. */
  paused: PersonOrder | null = null;
  cancelled: CancelOrder | null = null;
  ended = false;
  /** Whether an ended one is opened again for a run that was reset. */
  opens = true;
  readonly #messages = new Set<string>();
  reads = 0;
  /** Throws for a writeback that fails. */
  onWriteback: () => void | Promise<void> = () => {};
  hasStatusColumn = false;
  /** Its rows were given without a workbook: writebacks are deliveries. */
  isGiven = false;
  /** Rows of each delivery, and whether it was the last. */
  readonly deliveries: { rows: number; done: boolean }[] = [];
  #told = false;
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
      unwritten: this.#unwritten().length,
      unshown: this.isGiven
        ? Number(!this.#told)
        : this.hasStatusColumn
          ? this.rows.filter((row) => row.shown !== row.state).length
          : 0,
      inFlight: this.count('published'),
      next: next === -1 ? null : { jobId: next, label: `row ${next + 2}` },
      leftMs: null,
      ended: this.ended,
      paused: this.paused,
      cancelled: this.cancelled,
      unread: this.#due().length,
      readInMs: this.#waiting?.waitMs ?? null,
    };
  }

  #unwritten(): FakeRow[] {
    const ended: readonly RowState[] = this.isGiven ? ['completed', 'failed', 'invalid'] : ['completed'];
    return this.rows.filter((row) => ended.includes(row.state) && !row.written);
  }

  /** Ten at a time, fewer only as the last. */
  #deliver(isLast: boolean): void {
    const fresh = this.#unwritten();
    const done = isLast && fresh.length <= 10;
    if ((fresh.length < 10 && !done) || (fresh.length === 0 && this.#told)) return;
    for (const row of fresh.slice(0, 10)) row.written = true;
    this.deliveries.push({ rows: Math.min(fresh.length, 10), done });
    this.#told = done;
  }

  #due(): number[] {
    return [...this.unread].filter((jobId) => this.#waiting?.jobIds.includes(jobId) !== true);
  }

  /** Whether a message is new; one of the same id takes effect once. */
  #isNew({ id }: { id: string }): boolean {
    if (this.#messages.has(id)) return false;
    this.#messages.add(id);
    return true;
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
      answerWords: async () => {},
      examineSave: async () => ({ outcome: 'nothing new', running: null, started: null, writeAgain: [] }),
      joinRows: async () => {
        const hold = await this.onJoin();
        if (hold !== null) this.paused ??= { by: 'tsuiseki', why: hold };
        return this.figures();
      },
      importRows: async () => this.figures(),
      figures: async () => this.figures(),
      publishJob: ({ jobId }) => this.#publish(jobId),
      settlePublish: async ({ jobId }) => {
        // In doubt; the sweep settles it.
        if ((await this.onPublish(jobId)) === 'died') this.#set(jobId, 'failed');
        return this.figures();
      },
      askGroup: ({ jobId, pauseShare }) => this.#ask(jobId, pauseShare),
      saveState: async ({ state, reason }) => {
        const last = this.states.at(-1);
        if (last?.state !== state || last.reason !== reason) this.states.push({ state, reason });
        return this.figures();
      },
      endBatch: async ({ state, reason }) => {
        const isLeft = this.unread.size > 0 || this.count('published') > 0 || this.count('pending') > 0;
        if (state === 'completed' && isLeft) return this.figures();
        this.ended = true;
        this.states.push({ state, reason });
        return this.figures();
      },
      openBatch: async () => {
        if (this.opens) this.ended = false;
        return { ...this.figures(), opened: this.opens, why: 'nothing is left to do' };
      },
      pause: async ({ by, why, ...message }) => {
        if (this.#isNew(message)) {
          this.actions.push(`pause ${by} ${why}`);
          this.paused ??= { by, why };
        }
        return this.figures();
      },
      resume: async ({ by, why, ...message }) => {
        if (this.#isNew(message)) {
          this.actions.push(`resume ${by} ${why}`);
          this.paused = null;
        }
        return this.figures();
      },
      cancel: async ({ by, why, drop, ...message }) => {
        if (this.#isNew(message)) {
          this.actions.push(`cancel ${by} ${why}`);
          if (drop || this.cancelled === null) this.cancelled = { by, why, drop };
        }
        return this.figures();
      },
      retryRows: async ({ rows, by, why, ...message }) => {
        if (!this.#isNew(message)) return this.figures();
        this.actions.push(`retry ${by} ${why}`);
        const meant = rows === null ? null : rowNumbers(rows);
        for (const [jobId, row] of this.rows.entries())
          if (meant === null ? row.state === 'failed' : meant.includes(jobId + 2))
            this.#set(jobId, 'pending');
        return this.figures();
      },
      processResults: async () => {
        // Asked with nothing else to read, the wait is over.
        if (this.#due().length === 0) this.#waiting = null;
        const jobIds = this.#due().slice(0, 20);
        const waiting = this.onResults(jobIds);
        if (waiting !== null) this.#waiting = waiting;
        for (const jobId of jobIds) {
          if (waiting?.jobIds.includes(jobId) === true) continue;
          this.unread.delete(jobId);
          this.#set(jobId, 'completed');
        }
        return this.figures();
      },
      writeBack: async ({ isLast }) => {
        await this.onWriteback();
        if (this.isGiven) {
          this.#deliver(isLast === true);
          return this.figures();
        }
        const fresh = this.#unwritten();
        for (const row of fresh) row.written = true;
        for (const row of this.rows) row.shown = row.state;
        this.writebacks.push(fresh.length);
        return this.figures();
      },
    };
  }
}
