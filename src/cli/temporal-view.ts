import type { BatchStatus } from '../batches/status.ts';
import { errorMessage } from '../errors.ts';
import { temporalConfigured } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import type { ConnectedClient } from '../temporal/connection.ts';
import { note } from './print.ts';

/** Who asks how a batch is does not wait long for what is mostly "no". */
const ANSWER_TIMEOUT_MS = 3_000;
/** Who follows a batch asks Temporal so often at most. */
const LOOK_EVERY_MS = 5_000;

/**
 * What Temporal alone knows of batches that run, put into their statuses: its own Pause holds one without a word to it,
 * and activities that wait or fail tell nobody else. Where it does not answer, a note says so, once.
 */
export class TemporalView {
  readonly #settings: Settings;
  #client: ConnectedClient | null = null;
  #noted = false;
  #last: { atMs: number; told: Partial<BatchStatus> } | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Of many batches: whether Temporal's own Pause holds them. */
  async tellPaused(statuses: readonly BatchStatus[]): Promise<void> {
    const running = statuses.filter(({ finishedAt }) => finishedAt === null);
    if (running.length === 0) return;
    await this.#ask(async (client, timeoutMs) => {
      const { PAUSED, pausedInTemporal } = await this.#questions();
      const paused = await pausedInTemporal(client, timeoutMs);
      for (const status of running) if (paused.has(status.workflowId)) Object.assign(status, PAUSED);
    });
  }

  /** Of one batch also what its activities wait or fail for; asked again after five seconds only. */
  async tell(status: BatchStatus): Promise<void> {
    if (status.finishedAt !== null) return;
    if (this.#last === null || Date.now() - this.#last.atMs > LOOK_EVERY_MS) {
      let told: Partial<BatchStatus> = {};
      await this.#ask(async (client, timeoutMs) => {
        const { PAUSED, pausedInTemporal, batchNotes, ENDED } = await this.#questions();
        const [paused, notes] = await Promise.all([
          pausedInTemporal(client, timeoutMs),
          batchNotes(client, status, timeoutMs),
        ]);
        const hasEnded = notes.some((each) => each.startsWith(ENDED));
        told = {
          notes: [...status.notes, ...notes],
          ...(paused.has(status.workflowId) ? PAUSED : {}),
          ...(hasEnded ? { eta: null } : {}),
        };
      });
      this.#last = { atMs: Date.now(), told };
    }
    const notes = [...status.notes, ...(this.#last.told.notes ?? [])];
    Object.assign(status, this.#last.told, { notes });
  }

  async close(): Promise<void> {
    await this.#client?.connection.close();
    this.#client = null;
  }

  /** Loaded once there is something to ask: Temporal's client takes its time. */
  async #questions() {
    const [{ PAUSED_IN_TEMPORAL, pausedInTemporal }, { batchNotes, ENDED }] = await Promise.all([
      import('../temporal/ask.ts'),
      import('../temporal/batch-notes.ts'),
    ]);
    const PAUSED = { state: 'paused', reason: PAUSED_IN_TEMPORAL, eta: null } as const;
    return { PAUSED, pausedInTemporal, batchNotes, ENDED };
  }

  async #ask(ask: (client: ConnectedClient, timeoutMs: number) => Promise<void>): Promise<void> {
    if (!temporalConfigured(this.#settings)) return;
    const { connectClient } = await import('../temporal/connection.ts');
    const untilMs = Date.now() + ANSWER_TIMEOUT_MS;
    try {
      this.#client ??= await connectClient(this.#settings, ANSWER_TIMEOUT_MS);
      await ask(this.#client, Math.max(1, untilMs - Date.now()));
    } catch (error) {
      if (!this.#noted) note(`whether Temporal holds a batch is not known: ${errorMessage(error, 200)}`);
      this.#noted = true;
    }
  }
}

/** Runs `look` with a view of its own. */
export async function withTemporalView<T>(
  settings: Settings,
  look: (view: TemporalView) => Promise<T>,
): Promise<T> {
  const view = new TemporalView(settings);
  try {
    return await look(view);
  } finally {
    await view.close();
  }
}
