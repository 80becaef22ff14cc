import {
  CancellationScope,
  condition,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchFigures } from '../src/db/batch-figures.ts';
import type { CancelOrder, PersonOrder } from '../src/db/schema.ts';
import type { BatchProgress } from '../src/temporal/messages.ts';
import { DONE_ROWS, FAILED_ROWS, STATE, WAITS } from '../src/temporal/search-attributes.ts';
import type { WaitsFor } from '../src/temporal/names.ts';
import type { BatchInput } from '../src/temporal/workflows.ts';
import { batchSteps } from './activity-proxies.ts';
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
  ended: false,
  paused: null,
  cancelled: null,
  unread: 0,
  readInMs: null,
};

/** A wait longer than this is worth a search attribute. */
const LONG_WAIT_MS = 60_000;

/** Something of others' that the batch waits for: told in its reason. */
export interface Trouble {
  waitsFor: WaitsFor;
  why: string;
}

/** What every part of a batch's run shares: its figures, and what people are told. All that lasts is in the database. */
export class BatchRun {
  readonly input: BatchInput;
  figures = NOTHING;
  /** Why publishing is held for everybody; null: it is not. */
  held: string | null = null;
  /** Why the workbook cannot be read or written just now. */
  trouble: Trouble | null = null;
  /** Counts resumes: a wait under way ends with the next one. */
  resumes = 0;
  /** Orders on their way to the database: nothing new is begun meanwhile. */
  #ordersUnderWay = 0;
  /** Cancelled in the Web UI, before the database knows. */
  #uiCancel: CancelOrder | null = null;
  /** What the batch waits for just now, for people. */
  readonly #waits: { summary: string; waitsFor: WaitsFor }[] = [];
  #end: Pick<BatchProgress, 'state' | 'reason'> | null = null;
  #attributes = '';

  constructor(input: BatchInput) {
    this.input = input;
  }

  get paused(): PersonOrder | null {
    return this.figures.paused;
  }

  get cancelled(): CancelOrder | null {
    return this.#uiCancel ?? this.figures.cancelled;
  }

  /** Whether publishing may go on. */
  get open(): boolean {
    return this.paused === null && this.cancelled === null && this.#ordersUnderWay === 0;
  }

  get dropped(): boolean {
    return this.cancelled?.drop === true;
  }

  get isEnding(): boolean {
    return this.#end !== null || this.cancelled !== null;
  }

  /** An order is on its way to the database: the batch does not end before it is there. */
  get takesOrders(): boolean {
    return this.#ordersUnderWay > 0;
  }

  get rollsOver(): boolean {
    return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MAX_EVENTS;
  }

  /** Takes over what a step reports, unless more recent figures are known, and shows them. */
  update(figures: BatchFigures): void {
    if (figures.revision < this.figures.revision) return;
    this.figures = { ...figures, leftMs: figures.leftMs ?? this.figures.leftMs };
    this.#tell();
  }

  /**
   * Takes a person's order to the database, and what it has of the batch after it from there; shows it once that is done
   * and what is stopped `beside` it has come to its end. The batch does not end meanwhile.
   */
  async order(
    step: () => Promise<BatchFigures>,
    beside: () => Promise<void> = async () => {},
  ): Promise<BatchProgress> {
    this.#ordersUnderWay += 1;
    try {
      await Promise.all([step().then((figures) => this.update(figures)), beside()]);
      return await this.show();
    } finally {
      this.#ordersUnderWay -= 1;
    }
  }

  /** The Web UI's Cancel is `cancel --drop`. Runs `work` to its end all the same, the last writeback included. */
  async shielded(stop: () => Promise<void>, work: () => Promise<void>): Promise<void> {
    CancellationScope.current().cancelRequested.catch(() => {
      const order = { by: 'the Web UI', why: null, drop: true };
      this.#uiCancel = order;
      const id = `cancel of run ${workflowInfo().runId}`;
      const { batchId } = this.input;
      void CancellationScope.nonCancellable(async () => {
        await this.order(() => batchSteps.cancel({ batchId, id, ...order }), stop);
      });
    });
    await CancellationScope.nonCancellable(work);
  }

  /** Brings state and reason up to date where people look: database, search attributes, details. */
  async show(): Promise<BatchProgress> {
    const { state, reason } = this.progress();
    if (state === 'running' || state === 'paused')
      this.update(await batchSteps.saveState({ batchId: this.input.batchId, state, reason }));
    this.showAttributes();
    return this.progress();
  }

  /** Search attributes, where they have changed: each time is an event. */
  showAttributes(): void {
    const { completed, failed, invalid } = this.figures.counts;
    const { state } = this.progress();
    const now = JSON.stringify([state, failed, completed, invalid, this.#waitsFor()]);
    if (now === this.#attributes) return;
    this.#attributes = now;
    upsertSearchAttributes([
      { key: STATE, value: state },
      { key: WAITS, value: this.#waitsFor() },
      { key: FAILED_ROWS, value: failed },
      { key: DONE_ROWS, value: completed + failed + invalid },
    ]);
  }

  /** What the workbook's file gives trouble with, told where people look; null: none any more. */
  async tellTrouble(trouble: Trouble | null): Promise<void> {
    if (trouble?.why === this.trouble?.why) return;
    this.trouble = trouble;
    await this.show();
  }

  /** Ends the batch in the database; false: something came in the last moment. */
  async end(state: 'completed' | 'cancelled' | 'failed', reason: string | null): Promise<boolean> {
    this.#end = { state, reason };
    this.update(await batchSteps.endBatch({ batchId: this.input.batchId, state, reason }));
    if (!this.figures.ended) {
      this.#end = null;
      return false;
    }
    this.#tell();
    this.showAttributes();
    return true;
  }

  /** There is nothing to do for this run. */
  leave(why: string): void {
    setCurrentDetails(`**nothing to do**: ${why}`);
  }

  /** Sleeps, told in the timer's summary and in the details; wakes early once `isOver`. */
  async wait(waitMs: number, why: string, waitsFor: WaitsFor, isOver: () => boolean): Promise<void> {
    const summary = `until ${new Date(Date.now() + waitMs).toISOString().slice(11, 19)} UTC: ${why}`;
    const told = { summary, waitsFor };
    this.#waits.push(told);
    this.#tell();
    if (waitMs >= LONG_WAIT_MS) this.showAttributes();
    await CancellationScope.cancellable(async () => {
      await Promise.race([sleep(Math.max(1, waitMs), { summary }), condition(isOver)]);
      CancellationScope.current().cancel();
    });
    this.#waits.splice(this.#waits.indexOf(told), 1);
    if (waitMs >= LONG_WAIT_MS) this.showAttributes();
  }

  progress(): BatchProgress {
    const { counts } = this.figures;
    if (this.#end !== null) return { ...this.#end, counts };
    if (this.cancelled !== null)
      return { state: 'running', reason: personText('cancelled', this.cancelled), counts };
    if (this.paused !== null) return { state: 'paused', reason: personText('paused', this.paused), counts };
    if (this.held !== null) return { state: 'paused', reason: `publishing is held: ${this.held}`, counts };
    return { state: 'running', reason: this.trouble?.why ?? null, counts };
  }

  #waitsFor(): WaitsFor | null {
    if (this.#end !== null) return null;
    if (this.held !== null) return 'held';
    if (this.paused !== null) return 'person';
    return this.trouble?.waitsFor ?? this.#waits.at(-1)?.waitsFor ?? null;
  }

  #tell(): void {
    const { leftMs } = this.figures;
    const waits = this.#waits.at(-1)?.summary ?? null;
    setCurrentDetails(detailsOf(this.input.title, this.progress(), leftMs, waits));
  }
}
