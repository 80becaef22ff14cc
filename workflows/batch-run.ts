import {
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { BatchFigures } from '../src/db/counts.ts';
import type { BatchState } from '../src/db/schema.ts';
import { DONE_ROWS, FAILED_ROWS, STATE } from '../src/temporal/search-attributes.ts';
import { batchSteps, results } from './activity-proxies.ts';
import { type BatchInput, type BatchProgress, cancel, type CancelMessage, progress } from './messages.ts';

const NO_ROWS = { total: 0, pending: 0, published: 0, redirected: 0, completed: 0, failed: 0, invalid: 0 };

/** What every kind of batch shares: figures, state, cancel, progress, details for people, writebacks. */
export class BatchRun {
  readonly input: BatchInput;
  figures: BatchFigures = { counts: NO_ROWS, unwritten: 0 };
  cancelled: CancelMessage | null = null;
  private state: BatchState = 'running';
  private reason: string | null = null;
  private finishing = false;

  /** Sets the handlers: made before the workflow's first await. */
  constructor(input: BatchInput) {
    this.input = input;
    setHandler(progress, () => this.progress());
    setHandler(cancel, (message) => {
      this.cancelled ??= message;
      return this.progress();
    });
  }

  /** The Web UI's Cancel is `cancel --drop`. Runs `work` to its end all the same, the last writeback included. */
  async shielded(work: () => Promise<void>): Promise<void> {
    CancellationScope.current().cancelRequested.catch(() => {
      this.cancelled = { by: 'Temporal', why: null, drop: true };
    });
    await CancellationScope.nonCancellable(work);
  }

  /** Takes over what a step reports, and shows it. */
  update(figures: BatchFigures): void {
    this.figures = { counts: figures.counts, unwritten: figures.unwritten };
    setCurrentDetails(this.details());
  }

  get inFlight(): number {
    return this.figures.counts.published + this.figures.counts.redirected;
  }

  /** Writes back whenever enough rows are new, one writeback at a time, until {@link finishWritebacks}. */
  async writeBackAsRowsComplete(): Promise<void> {
    const { writebackEvery, writebackMinIntervalMs } = this.input;
    while (!this.finishing) {
      await condition(() => this.finishing || this.figures.unwritten >= writebackEvery);
      if (this.finishing) break;
      await this.writeBack();
      if (writebackMinIntervalMs > 0) await condition(() => this.finishing, writebackMinIntervalMs);
    }
    await this.writeBack();
  }

  /** The last writeback never waits. */
  finishWritebacks(): void {
    this.finishing = true;
  }

  async enter(state: BatchState, reason: string | null): Promise<void> {
    this.state = state;
    this.reason = reason;
    this.update(await batchSteps.saveState({ batchId: this.input.batchId, state, reason }));
    const { completed, failed, invalid } = this.figures.counts;
    upsertSearchAttributes([
      { key: STATE, value: state },
      { key: FAILED_ROWS, value: failed },
      { key: DONE_ROWS, value: completed + failed + invalid },
    ]);
  }

  /** Sleeps until then, told in the timer's summary; wakes early once `isOver`. */
  async waitUntil(untilMs: number, why: string, isOver: () => boolean): Promise<void> {
    const waitMs = Math.max(1, untilMs - Date.now());
    const until = new Date(untilMs).toISOString().slice(11, 19);
    await CancellationScope.cancellable(async () => {
      await Promise.race([sleep(waitMs, { summary: `until ${until} UTC: ${why}` }), condition(isOver)]);
      CancellationScope.current().cancel();
    });
  }

  private async writeBack(): Promise<void> {
    const { unwritten } = this.figures;
    if (unwritten === 0) return;
    this.update(
      await results.writeBack.executeWithOptions({ summary: `${unwritten} results into the workbook` }, [
        { batchId: this.input.batchId },
      ]),
    );
  }

  private progress(): BatchProgress {
    const { counts } = this.figures;
    const etaMs = counts.pending === 0 ? null : counts.pending * this.input.publishIntervalMs;
    return { state: this.state, reason: this.reason, counts, etaMs };
  }

  private details(): string {
    const { state, reason, counts, etaMs } = this.progress();
    const { total, pending, published, redirected, completed, failed, invalid } = counts;
    const left = etaMs === null ? '' : `, about ${Math.ceil(etaMs / 60_000)} min left`;
    return [
      `**${state}**${reason === null ? '' : `: ${reason}`}${left}`,
      '',
      '| total | pending | published | redirected | completed | failed | invalid |',
      '|--:|--:|--:|--:|--:|--:|--:|',
      `| ${total} | ${pending} | ${published} | ${redirected} | ${completed} | ${failed} | ${invalid} |`,
    ].join('\n');
  }
}
