import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeSampleWorkbook } from '../../src/sandbox/sample-workbook.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';

const TASK = 'yamato_tracking_only';
const PATIENCE = { timeout: 120_000 };

interface Started {
  batchId: string;
  workflowId: string;
}

interface Status {
  state: string;
  reason: string | null;
  counts: Record<string, number>;
}

const place = workplace();
const folder = join(place.folder, TASK);
let stop: () => Promise<void>;
let sandbox: string;
let client: Client & { connection: Connection };

beforeAll(async () => {
  mkdirSync(folder);
  await writeSampleWorkbook(join(folder, 'YTO-1.xlsx'), { task: TASK, rows: 3 });
  const up = await startUp(place, { PUBLISH_INTERVAL: '500ms', LOG_LEVEL: 'warn' });
  stop = up.stop;
  const { temporalAddress: address, sandbox: at } = up.told;
  sandbox = at ?? '';
  const connection = await Connection.connect({ address });
  client = new Client({ connection }) as typeof client;
}, 120_000);
afterAll(async () => {
  await client?.connection.close();
  await stop?.();
  place.remove();
});

async function command<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await place.run([...args, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as T;
}

/** A workbook of its own, by its name. */
function workbook(name: string): string {
  const path = join(folder, `YTO-${name}.xlsx`);
  copyFileSync(join(folder, 'YTO-1.xlsx'), path);
  return path;
}

const status = ({ batchId }: Started) => command<Status>('status', batchId);
const reach = (batch: Started, state: string) =>
  vi.waitFor(async () => expect((await status(batch)).state).toBe(state), { timeout: 60_000, interval: 500 });

/** To the how manieth workflow task of the latest run that completed (-1: the last), pressed so often. */
async function reset({ workflowId }: Started, nth: number, times = 1): Promise<string> {
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const tasks = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: task }) => task != null);
  let latest = '';
  for (let time = 0; time < times; time += 1) {
    const made = await client.connection.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId, runId },
      workflowTaskFinishEventId: tasks.at(nth)?.eventId ?? null,
      requestId: randomUUID(),
      reason: 'a test',
    });
    latest = made.runId;
  }
  return latest;
}

const resultOf = ({ workflowId }: Started, runId: string) =>
  client.workflow.getHandle(workflowId, runId).result();

/** No job ends before it is let: a pause comes in time, however slow the machine. */
async function holdJobs(): Promise<void> {
  await tellSandbox('POST', 'faults', { kind: 'job-stuck' });
}

async function letJobsEnd(): Promise<void> {
  await tellSandbox('DELETE', 'faults');
  await tellSandbox('POST', 'jobs/finish', { spanMs: 100 });
}

async function tellSandbox(method: string, path: string, body: object = {}): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${sandbox}/_sandbox/${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}

/** How often each custom_id was published. */
async function publishedTwice(): Promise<string[]> {
  const calls = (await (await fetch(`${sandbox}/_sandbox/calls`)).json()) as {
    method: string;
    status: number;
    customId: string | null;
  }[];
  const taken = calls.flatMap(({ method, status: code, customId }) =>
    method === 'POST' && code === 200 && customId !== null ? [customId] : [],
  );
  return taken.filter((id, index) => taken.indexOf(id) !== index);
}

describe('a reset from history, in the Web UI or by `temporal workflow reset`', () => {
  it('of a batch that has ended, to its first and to its last task, pressed twice', PATIENCE, async () => {
    const batch = await command<Started>('start', workbook('ended'), '--wait');
    const before = await status(batch);
    for (const nth of [0, -1]) {
      const runId = await reset(batch, nth);
      await resultOf(batch, runId);
    }
    await resultOf(batch, await reset(batch, -1, 2));
    expect(await status(batch)).toEqual(before);
    expect(await publishedTwice()).toEqual([]);
  });

  it('of one that runs and is paused, to its first task: it goes on to its end', PATIENCE, async () => {
    await holdJobs();
    const batch = await command<Started>('start', workbook('running'), '--rows', '2-4');
    await command('pause', batch.batchId);
    const runId = await reset(batch, 0);
    await reach(batch, 'paused');
    await command('resume', batch.batchId);
    await letJobsEnd();
    await resultOf(batch, runId);
    expect(await status(batch)).toMatchObject({ state: 'completed', counts: { completed: 3 } });
    expect(await publishedTwice()).toEqual([]);
  });

  it('of one that was retried, to before the retry: nothing is asked again', PATIENCE, async () => {
    const batch = await command<Started>('start', workbook('retried'), '--wait');
    await command('retry', batch.batchId, '--rows', '2');
    await reach(batch, 'completed');
    const before = await status(batch);
    await resultOf(batch, await reset(batch, 0));
    expect(await status(batch)).toEqual(before);
    expect(await publishedTwice()).toEqual([]);
  });

  it('of a cancelled one leaves it so', PATIENCE, async () => {
    await holdJobs();
    const batch = await command<Started>('start', workbook('cancelled'));
    await command('pause', batch.batchId);
    await command('cancel', batch.batchId, '--drop');
    await reach(batch, 'cancelled');
    await resultOf(batch, await reset(batch, 0));
    expect((await status(batch)).state).toBe('cancelled');
    await letJobsEnd();
    expect(await publishedTwice()).toEqual([]);
  });

  it('while a newer batch of the workbook runs leaves both as they are', PATIENCE, async () => {
    const path = workbook('newer');
    const old = await command<Started>('start', path, '--wait');
    const before = await status(old);
    await holdJobs();
    const newer = await command<Started>('start', path, '--fresh');
    await command('pause', newer.batchId);
    await resultOf(old, await reset(old, 0));
    expect(await status(old)).toEqual(before);
    expect((await status(newer)).state).toBe('paused');
    await command('resume', newer.batchId);
    await letJobsEnd();
    await reach(newer, 'completed');
    expect(await publishedTwice()).toEqual([]);
  });
});
