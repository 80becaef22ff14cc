import {
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import type { BatchState } from '../src/db/schema.ts';
import { DONE_ROWS, FAILED_ROWS, STATE } from '../src/temporal/search-attributes.ts';
import { rowNumbers } from '../src/tasks/row-selection.ts';
import { batchSteps, excel } from './activity-proxies.ts';
import type { BatchInput } from '../src/temporal/workflows.ts';
import { cancel, pause, progress, resume, retryRows, workbookChanged } from '../src/temporal/messages.ts';
import type { BatchProgress, CancelMessage, PersonMessage, RetryMessage } from '../src/temporal/messages.ts';
import { detailsOf, personText } from './details.ts';

/** A run takes at most 10,000 signals and 50,000 events; well before that its successor takes over. */
const MAX_EVENTS = 8_000;

const NOTHING: BatchFigures = {
  revision: 0,
  counts: { total: 0, pending: 0, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 0 },
  unwritten: 0,
  unshown: 0,
  inFlight: 0,
  next: null,
  leftMs: null,
};

/** What every kind of batch shares: figures, state, pause, resume, cancel, retry, progress, details for people. */
export class BatchRun {
  readonly input: BatchInput;
  figures = NOTHING;
  paused: PersonMessage | null;
  cancelled: CancelMessage | null;
  /** Why publishing is held for everybody; null: it is not. */
  held: string | null = null;
  /** Why the workbook cannot be written just now. */
  writebackTrouble: string | null = null;
  /** Counts resumes: a wait under way ends with the next one. */
  resumes = 0;
  /** What the batch waits for just now, for people. */
  readonly #waits: string[] = [];
  #ended: { state: BatchState; reason: string | null } | null = null;

  /**
   * Sets the handlers: made before the workflow's first await. `stopPublishing` resolves once nothing more will be
   * published: pause and cancel answer then.
   */
  constructor(input: BatchInput, stopPublishing: () => Promise<void>) {
    const { batchId } = input;
    this.input = input;
    this.paused = input.carried === null ? input.paused : input.carried.paused;
    this.cancelled = input.carried?.cancelled ?? null;
    setHandler(progress, () => this.#progress());
    setHandler(pause, async (message) => {
      this.paused ??= message;
      await Promise.all([batchSteps.recordPause({ batchId, ...message }), stopPublishing()]);
      return this.show();
    });
    setHandler(resume, async (message) => {
      await batchSteps.recordResume({ batchId, ...message });
      this.paused = null;
      this.held = null;
      this.resumes += 1;
      return this.show();
    });
    setHandler(cancel, async (message) => {
      this.cancelled = { ...message, drop: message.drop || this.cancelled?.drop === true };
      await Promise.all([batchSteps.recordCancel({ batchId, ...message }), stopPublishing()]);
      return this.show();
    });
    const retry = async (message: RetryMessage) => {
      this.update(await batchSteps.retryRows({ batchId, ...message }));
      return this.#progress();
    };
    const mustGoOn: (message: PersonMessage) => void = () => {
      if (this.#ended !== null || this.cancelled !== null) throw new Error('the batch is ending');
    };
    setHandler(retryRows, retry, {
      validator: (message) => {
        mustGoOn(message);
        if (message.rows !== null) rowNumbers(message.rows);
      },
    });
    setHandler(workbookChanged, () => this.#join(), { validator: mustGoOn });
  }

  /** Takes in the rows of a save; more of them than may go unasked pause the batch. */
  async #join(): Promise<BatchProgress> {
    const { hold, ...joined } = await excel.joinRows.executeWithOptions({ summary: 'rows of a save' }, [
      { batchId: this.input.batchId },
    ]);
    this.update(joined);
    return hold === null ? this.#progress() : this.hold(hold);
  }

  /** Pauses the batch until a person resumes it. */
  hold(why: string): Promise<BatchProgress> {
    this.paused ??= { by: 'tsuiseki', why };
    return this.show();
  }

  /** The Web UI's Cancel is `cancel --drop`. Runs `work` to its end all the same, the last writeback included. */
  async shielded(work: () => Promise<void>): Promise<void> {
    CancellationScope.current().cancelRequested.catch(() => {
      this.cancelled = { by: 'the Web UI', why: null, drop: true };
    });
    await CancellationScope.nonCancellable(work);
  }

  /** Takes over what a step reports, unless a later count is known, and shows it. */
  update(figures: BatchFigures): void {
    if (figures.revision < this.figures.revision) return;
    const { revision, counts, unwritten, unshown, inFlight, next } = figures;
    const leftMs = figures.leftMs ?? this.figures.leftMs;
    this.figures = { revision, counts, unwritten, unshown, inFlight, next, leftMs };
    setCurrentDetails(detailsOf(this.#progress(), this.figures.leftMs, this.#waits.at(-1) ?? null));
  }

  /** Whether publishing may go on. */
  get open(): boolean {
    return this.paused === null && this.cancelled === null;
  }

  get dropped(): boolean {
    return this.cancelled?.drop === true;
  }

  get rollsOver(): boolean {
    return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS;
  }

  /** Brings state and reason up to date where people look: database, search attributes, details. */
  async show(): Promise<BatchProgress> {
    const { state, reason } = this.#progress();
    this.update(await batchSteps.saveState({ batchId: this.input.batchId, state, reason }));
    const { completed, failed, invalid } = this.figures.counts;
    upsertSearchAttributes([
      { key: STATE, value: state },
      { key: FAILED_ROWS, value: failed },
      { key: DONE_ROWS, value: completed + failed + invalid },
    ]);
    return this.#progress();
  }

  async end(state: BatchState, reason: string | null): Promise<void> {
    this.#ended = { state, reason };
    await this.show();
  }

  /** Sleeps, told in the timer's summary and in the details; wakes early once `isOver`. */
  async wait(waitMs: number, why: string, isOver: () => boolean): Promise<void> {
    const summary = `until ${new Date(Date.now() + waitMs).toISOString().slice(11, 19)} UTC: ${why}`;
    this.#waits.push(summary);
    this.update(this.figures);
    await CancellationScope.cancellable(async () => {
      await Promise.race([sleep(Math.max(1, waitMs), { summary }), condition(isOver)]);
      CancellationScope.current().cancel();
    });
    this.#waits.splice(this.#waits.indexOf(summary), 1);
  }

  #progress(): BatchProgress {
    const { counts } = this.figures;
    if (this.#ended !== null) return { ...this.#ended, counts };
    if (this.cancelled !== null)
      return { state: 'running', reason: personText('cancelled', this.cancelled), counts };
    if (this.paused !== null) return { state: 'paused', reason: personText('paused', this.paused), counts };
    if (this.held !== null) return { state: 'paused', reason: `publishing is held: ${this.held}`, counts };
    return { state: 'running', reason: this.writebackTrouble, counts };
  }
}
