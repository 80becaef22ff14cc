import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectedClient } from '../src/temporal/connection.ts';
import { QUEUES } from '../src/temporal/names.ts';
import { BenchError } from './part.ts';
import type { TsuisekiProcess } from './tsuiseki-process.ts';

/** `temporal.api.enums.v1.TaskQueueType`: activities. */
const ACTIVITY_QUEUE = 2;
/** Three processes that start at once on two cores need 5 s; a machine under load takes longer. */
const READY_TIMEOUT_MS = 60_000;
const BUSY_TIMEOUT_MS = 20_000;

/** The processes that poll the publish queue: one that `up` supervises, and others of our own beside it. */
export class PublishWorkers {
  readonly #own: TsuisekiProcess[] = [];
  readonly #temporal: ConnectedClient;
  readonly #startOne: () => TsuisekiProcess;

  constructor(temporal: ConnectedClient, startOne: () => TsuisekiProcess) {
    this.#temporal = temporal;
    this.#startOne = startOne;
  }

  /** Starts what is missing to `count` processes; returns when all of them poll. */
  async grow(count: number): Promise<void> {
    while (this.#own.length < count - 1) this.#own.push(this.#startOne());
    const until = Date.now() + READY_TIMEOUT_MS;
    while ((await this.#pollers()) < count) {
      if (Date.now() > until)
        throw new BenchError('BENCH_TIMEOUT', `not all of ${count} publish workers became ready`);
      await delay(100);
    }
  }

  /** Kills, with SIGKILL, one that has a publish of these workflows in its hands, and starts another in its place. */
  async killBusy(workflowIds: readonly string[]): Promise<void> {
    const until = Date.now() + BUSY_TIMEOUT_MS;
    while (Date.now() < until) {
      const [pid] = await this.#busy(workflowIds);
      if (pid !== undefined) {
        process.kill(pid, 'SIGKILL');
        // The one of `up` is started again by its supervisor.
        if (this.#own.some((worker) => worker.pid === pid)) this.#own.push(this.#startOne());
        return;
      }
      await delay(20);
    }
    throw new BenchError('BENCH_TIMEOUT', 'no publish worker with a publish in its hands was seen');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#own.map((worker) => worker.stop()));
  }

  async #pollers(): Promise<number> {
    const { pollers } = await this.#temporal.workflowService.describeTaskQueue({
      namespace: this.#temporal.options.namespace,
      taskQueue: { name: QUEUES.publish_tracking },
      taskQueueType: ACTIVITY_QUEUE,
    });
    return new Set((pollers ?? []).map(({ identity }) => identity)).size;
  }

  async #busy(workflowIds: readonly string[]): Promise<number[]> {
    const described = await Promise.all(
      workflowIds.map((id) => this.#temporal.workflow.getHandle(id).describe()),
    );
    return described.flatMap(({ raw }) =>
      (raw.pendingActivities ?? []).flatMap(({ lastWorkerIdentity }) => {
        const pid = /^publish_tracking@(\d+)$/.exec(lastWorkerIdentity ?? '')?.[1];
        return pid === undefined ? [] : [Number(pid)];
      }),
    );
  }
}
