import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { storeNotifications, unreadJobs } from '../../src/db/inbox.ts';
import type { NewNotification } from '../../src/db/inbox.ts';
import { NotificationRelay } from '../../src/temporal/notification-relay.ts';
import type { RelayClient } from '../../src/temporal/notification-relay.ts';
import { givenBatch, givenJob } from '../support/db/given-batch.ts';
import { testDatabase } from '../support/db/test-database.ts';
import type { TestDatabase } from '../support/db/test-database.ts';

interface Sent {
  workflowId: string;
  signal: string;
  jobIds: number[];
}

/** Temporal as the relay sees it: takes signals down; each waits until `land` lets it. */
class FakeClient implements RelayClient {
  readonly sent: Sent[] = [];
  failure: Error | null = null;
  deadlines = 0;
  #gate: Promise<void> = Promise.resolve();
  #arrivals: (() => void)[] = [];

  readonly workflow: RelayClient['workflow'] = {
    getHandle: (workflowId) => ({
      signal: async (definition: string | { name: string }, ...args: unknown[]) => {
        const [message] = args as [{ jobIds: number[] }];
        this.sent.push({
          workflowId,
          signal: typeof definition === 'string' ? definition : definition.name,
          jobIds: message.jobIds,
        });
        for (const arrived of this.#arrivals.splice(0)) arrived();
        await this.#gate;
        if (this.failure !== null) throw this.failure;
      },
    }),
  };

  withDeadline<T>(deadline: number | Date, run: () => Promise<T>): Promise<T> {
    if (Number(deadline) > Date.now()) this.deadlines += 1;
    return run();
  }

  /** Holds signals in flight; the function given lets them land. */
  hold(): () => void {
    let land = () => {};
    this.#gate = new Promise((resolve) => {
      land = resolve;
    });
    return land;
  }

  nextSignal(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }
}

let test: TestDatabase;
let client: FakeClient;
let relay: NotificationRelay;
let batchId: string;
let jobIds: number[];
let count = 0;

beforeAll(async () => {
  test = await testDatabase();
});

afterAll(() => test.drop());

beforeEach(async () => {
  count += 1;
  batchId = await givenBatch(test.database, `b${count}`);
  jobIds = [];
  for (const seq of [1, 2, 3, 4])
    jobIds.push(await givenJob(test.database, { batchId, seq, customId: `yto-${batchId}-${seq}` }));
  client = new FakeClient();
  relay = new NotificationRelay(test.database, client, 0);
});

async function notified(seq: number, more: Partial<NewNotification> = {}): Promise<void> {
  await storeNotifications(test.database.db, [
    {
      source: 'webhook',
      scrapingJobId: 1_000 * count + seq,
      customId: `yto-${batchId}-${seq}`,
      sitemapId: null,
      status: 'finished',
      ...more,
    },
  ]);
}

const waiting = async () =>
  (await unreadJobs(test.database.db, batchId, 1_000)).map(({ jobId }) => jobIds.indexOf(jobId) + 1);
const signalled = () => client.sent.map((sent) => sent.jobIds.map((id) => jobIds.indexOf(id) + 1));

it('signals a lone notification at once', async () => {
  await notified(1);
  await relay.notify(batchId);
  expect(client.sent).toEqual([
    { workflowId: `tracking:${batchId}`, signal: 'webhookReceived', jobIds: [jobIds[0]] },
  ]);
  expect(client.deadlines).toBe(1);
  // A poke: it is unread until the batch has read it.
  expect(await waiting()).toEqual([1]);
});

it('collects what arrives during a flight into one signal', async () => {
  const land = client.hold();
  await notified(1);
  const inFlight = client.nextSignal();
  const first = relay.notify(batchId);
  await inFlight;
  await notified(2);
  const second = relay.notify(batchId);
  await notified(3);
  const third = relay.notify(batchId);
  await notified(4);
  const fourth = relay.notify(batchId);
  land();
  await Promise.all([first, second, third, fourth]);
  expect(signalled()).toEqual([[1], [1, 2, 3, 4]]);
  expect(await waiting()).toEqual([1, 2, 3, 4]);
});

it('tells a job once, however often it was notified', async () => {
  await notified(1);
  await notified(1);
  await notified(2);
  await relay.notify(batchId);
  expect(signalled()).toEqual([[1, 2]]);
  expect(await waiting()).toEqual([1, 2]);
});

it('keeps flights of different batches apart', async () => {
  const other = await givenBatch(test.database, `other${count}`);
  await givenJob(test.database, { batchId: other, customId: `yto-${other}-1` });
  const land = client.hold();
  await notified(1);
  await notified(9, { customId: `yto-${other}-1` });
  const inFlight = client.nextSignal();
  const first = relay.notify(batchId);
  await inFlight;
  const alsoInFlight = client.nextSignal();
  const second = relay.notify(other);
  await alsoInFlight;
  land();
  await Promise.all([first, second]);
  expect(client.sent.map(({ workflowId }) => workflowId)).toEqual([
    `tracking:${batchId}`,
    `tracking:${other}`,
  ]);
});

it('rejects when the signal fails, for everyone who waits for it, and leaves them unread', async () => {
  const land = client.hold();
  client.failure = new Error('14 UNAVAILABLE');
  await notified(1);
  const inFlight = client.nextSignal();
  const first = relay.notify(batchId);
  await inFlight;
  await notified(2);
  const second = relay.notify(batchId);
  land();
  await expect(first).rejects.toThrow('14 UNAVAILABLE');
  await expect(second).rejects.toThrow('14 UNAVAILABLE');
  expect(await waiting()).toEqual([1, 2]);
  client.failure = null;
  await relay.notify(batchId);
  expect(signalled().at(-1)).toEqual([1, 2]);
});

it('loses none of a storm', async () => {
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      await notified((index % 4) + 1);
      await relay.notify(batchId);
    }),
  );
  expect(new Set(await waiting())).toEqual(new Set([1, 2, 3, 4]));
  expect(new Set(signalled().at(-1))).toEqual(new Set([1, 2, 3, 4]));
  expect(client.sent.length).toBeLessThan(60);
});

it('two processes lose nothing between them', async () => {
  const other = new NotificationRelay(test.database, client);
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      await notified((index % 4) + 1);
      await (index % 2 === 0 ? relay : other).notify(batchId);
    }),
  );
  expect(new Set(signalled().flat())).toEqual(new Set([1, 2, 3, 4]));
});

it('names a hundred jobs in a signal at most: one poke is enough for all', async () => {
  for (let seq = 5; seq <= 105; seq += 1) {
    jobIds.push(await givenJob(test.database, { batchId, seq, customId: `yto-${batchId}-${seq}` }));
    await notified(seq);
  }
  await relay.notify(batchId);
  expect(client.sent).toHaveLength(1);
  expect(client.sent[0]?.jobIds).toHaveLength(100);
});

const batchEnded = () =>
  new WorkflowNotFoundError('workflow execution already completed', `tracking:${batchId}`, '');

it('tells a batch that has ended: what came for it is read without it', async () => {
  client.failure = batchEnded();
  await notified(1);
  await notified(2);
  expect(await relay.poke(batchId)).toBe(false);
  expect(await waiting()).toEqual([1, 2]);
});

it('an ended batch is no failure of whoever notifies', async () => {
  client.failure = batchEnded();
  await notified(1);
  await relay.notify(batchId);
  expect(await waiting()).toEqual([1]);
});

it('an unknown batch and an empty inbox signal nothing', async () => {
  await relay.notify('nobody');
  await relay.notify(batchId);
  expect(client.sent).toEqual([]);
});
